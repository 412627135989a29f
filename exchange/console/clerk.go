package console

func clerkRoutes() []route {
	return []route{
		{method: get, path: "/van-ban-den", handle: (*console).incoming, who: clerks, lists: true},
		{method: post, path: "/van-ban-den/tiep-nhan", handle: (*console).acceptMany, who: clerks, lists: true},
		{method: post, path: "/van-ban-den/tai-ve", handle: (*console).downloadMany, who: clerks, lists: true},
		{method: post, path: "/van-ban-den/lay", handle: (*console).take, who: clerks},
		{method: get, path: "/van-ban-den/:id", handle: (*console).received, who: clerks},
		{method: get, path: "/van-ban-den/:id/tep/:n", handle: (*console).attachment, who: clerks},
		{method: get, path: "/van-ban-den/:id/edxml", handle: (*console).original, who: clerks},
		{method: post, path: "/van-ban-den/:id/tiep-nhan", handle: answering((*console).accept), who: clerks, form: "/van-ban-den/:id",
			keeps: []string{"so-den", "ghi-chu"}},
		{method: get, path: "/van-ban-den/:id/tu-choi", handle: answering((*console).refusalPage), who: clerks},
		{method: post, path: "/van-ban-den/:id/tu-choi", handle: answering((*console).refuseDocument), who: clerks, form: "/van-ban-den/:id/tu-choi",
			keeps: []string{"ly-do", "giai-thich"}},
		{method: post, path: "/van-ban-den/:id/trang-thai", handle: answering((*console).giveStatus), who: clerks, form: "/van-ban-den/:id",
			keeps: []string{"ma", "ghi-chu"}},
		{method: get, path: "/van-ban-den/:id/tra-loi", handle: answering((*console).declinePage), who: clerks},
		{method: post, path: "/van-ban-den/:id/tra-loi", handle: answering((*console).answer), who: clerks, form: "/van-ban-den/:id/tra-loi",
			keeps: []string{"giai-thich"}},
		{method: get, path: "/van-ban-di", handle: (*console).outgoing, who: clerks, lists: true},
		{method: get, path: "/van-ban-di/:id", handle: (*console).sent, who: clerks, lists: true},
		{method: get, path: "/van-ban-di/:id/edxml", handle: (*console).original, who: clerks},
		{method: get, path: "/van-ban-di/:id/lay-lai", handle: (*console).takeBackPage, who: clerks, lists: true},
		{method: post, path: "/van-ban-di/:id/lay-lai", handle: (*console).takeBack, who: clerks, lists: true, form: "/van-ban-di/:id/lay-lai",
			keeps: []string{"ly-do", "noi-nhan"}},
	}
}
