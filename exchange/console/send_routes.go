package console

// sendPath is where an agency that works in the console sends from.
const sendPath = "/gui-van-ban"

func sendRoutes() []route {
	return []route{
		{method: get, path: sendPath, handle: (*console).sendPage, who: clerks},
		{method: post, path: sendPath, handle: (*console).sendDocument, who: clerks, uploads: true},
		{method: post, path: sendPath + "/kiem-tra", handle: (*console).checkDocument, who: clerks, uploads: true},
		{method: get, path: agenciesPath, handle: (*console).agencies, who: clerks, lists: true},
		{method: get, path: agenciesPath + "/goi-y", handle: (*console).agencyOptions, who: clerks, lists: true},
		{method: get, path: "/van-ban-den/:id/tep/:n/xem", handle: (*console).viewPDF, who: clerks},
		{method: get, path: "/van-ban-di/:id/phieu", handle: (*console).sentSlip, who: clerks, lists: true},
		{method: get, path: "/van-ban-den/:id/phieu", handle: (*console).receivedSlip, who: clerks},
		{method: get, path: vouchPath, handle: (*console).vouchPage},
		{method: get, path: vouchPath + "/:code", handle: (*console).vouch, lists: true},
	}
}
