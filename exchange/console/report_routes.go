package console

import (
	"context"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
)

// reportHub is what reports need of the use cases.
type reportHub interface {
	Figures(ctx context.Context, c exchange.Caller, q exchange.FiguresQuery) ([]exchange.Punctuality, error)
	CountedRows(ctx context.Context, c exchange.Caller, q exchange.CountedQuery) (exchange.CountedPage, error)
	Export(ctx context.Context, c exchange.Caller, e exchange.Export) error
	Calendar() calendar.Calendar
}

// agencyTree is what reports need of the directory.
type agencyTree interface {
	Children(id exchange.AgencyID) []exchange.Agency
}

func reportRoutes() []route {
	return []route{
		{method: get, path: "/bao-cao", handle: (*console).reportTraffic, who: reporters, lists: true},
		{method: get, path: "/bao-cao/dung-han", handle: (*console).reportPunctual, who: reporters, lists: true},
		{method: get, path: "/bao-cao/van-ban", handle: (*console).reportRows, who: reporters, lists: true},
	}
}

func reportSections() []section {
	return []section{{reporters, "/bao-cao", "menu.report", "report-analytics"}}
}
