package console

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
)

// Operations are what the operators' pages need of the use cases; package exchange states what each promises.
type Operations interface {
	Requeue(ctx context.Context, c exchange.Caller, id exchange.DeliveryID, reason string) (exchange.Delivery, error)
	PlanRequeue(ctx context.Context, c exchange.Caller, q exchange.DeadLetterQuery) (exchange.DeadLetterPlan, error)
	DeadLetterGroups(ctx context.Context, c exchange.Caller, q exchange.DeadLetterQuery) ([]exchange.DeadLetterGroup, bool, error)
	Queues(ctx context.Context, c exchange.Caller, after exchange.AgencyID, limit int) ([]exchange.Queue, exchange.AgencyID, error)
	Counts(ctx context.Context, c exchange.Caller, role exchange.Role) (exchange.Counts, error)
	Events(ctx context.Context, c exchange.Caller, after int64, limit int) ([]exchange.LogRecord, error)
	EventsOf(ctx context.Context, c exchange.Caller, agency exchange.AgencyID, after int64, limit int) ([]exchange.LogRecord, error)
	Checkpoint(ctx context.Context) ([]byte, error)
	Punctuality(ctx context.Context, c exchange.Caller, q exchange.PunctualityQuery) (exchange.Punctuality, error)
	Calendar() calendar.Calendar
	MoveWaiting(ctx context.Context) (exchange.Moved, error)
	SetCalendar(ctx context.Context, who exchange.Caller, c calendar.Calendar) (calendar.Calendar, error)
}

// operateRoutes are the pages of who runs the hub.
func operateSections() []section {
	return []section{
		{operators, "/van-hanh/tong-quan", "menu.overview", "heart-rate-monitor"},
		{operators, "/van-hanh/giao-dich", "menu.traffic", "arrows-exchange"},
		{operators, "/van-hanh/hang-doi", "menu.queues", "stack-2"},
		{operators, "/van-hanh/thu-chet", "menu.dead", "circle-x"},
		{operators, "/van-hanh/don-vi", "menu.roster", "building"},
		{operators, "/van-hanh/nguoi-dung", "menu.staff", "users"},
		{operators, "/van-hanh/lich", "menu.calendar", "calendar"},
		{operators, "/van-hanh/he-thong", "menu.system", "server"},
	}
}

func operateRoutes() []route {
	return []route{
		{method: get, path: "/van-hanh/tong-quan", handle: (*console).overview, who: operators, lists: true},
		{method: get, path: "/truc-tiep/tong-quan", handle: (*console).overview, who: operators, live: true, lists: true},
		{method: get, path: "/van-hanh/giao-dich", handle: (*console).traffic, who: operators, lists: true},
		{method: get, path: "/van-hanh/giao-dich/:id/:delivery", handle: (*console).transfer, who: operators, lists: true},
		{method: post, path: "/van-hanh/giao-dich/:id/:delivery/gui-lai", handle: (*console).requeueOne, who: operators},
		{method: post, path: "/van-hanh/giao-dich/:id/mo", handle: (*console).openContent, who: operators},
		{method: get, path: "/van-hanh/hang-doi", handle: (*console).queues, who: operators, lists: true},
		{method: get, path: "/van-hanh/thu-chet", handle: (*console).deadLetters, who: operators, lists: true},
		{method: get, path: "/van-hanh/gui-lai", handle: (*console).resendPreview, who: operators, lists: true},
		{method: post, path: "/van-hanh/gui-lai", handle: (*console).resendStart, who: operators, lists: true},
		{method: get, path: "/van-hanh/gui-lai/:id", handle: (*console).resendProgress, who: operators},
		{method: get, path: "/van-hanh/don-vi", handle: (*console).roster, who: operators, lists: true},
		{method: get, path: "/van-hanh/don-vi-moi", handle: (*console).enrolForm, who: operators},
		{method: post, path: "/van-hanh/don-vi-moi", handle: (*console).enrol, who: operators},
		{method: get, path: importPath, handle: (*console).importForm, who: operators},
		{method: post, path: importPath + "/bang", handle: (*console).importTable, who: operators, uploads: true, most: mostImport, lists: true, form: importPath},
		{method: post, path: importPath + "/sap-nhap", handle: (*console).importMapping, who: operators, uploads: true, most: mostImport, lists: true, form: importPath},
		{method: post, path: importPath + "/cap-1", handle: (*console).importLevel1, who: operators, lists: true},
		{method: get, path: importsPath + ":id", handle: (*console).importPreview, who: operators, lists: true},
		{method: post, path: importsPath + ":id", handle: (*console).confirmImport, who: operators, lists: true},
		{method: get, path: "/van-hanh/don-vi/:id", handle: (*console).profile, who: operators, lists: true},
		{method: get, path: "/van-hanh/don-vi/:id/sua", handle: (*console).amendForm, who: operators},
		{method: post, path: "/van-hanh/don-vi/:id/sua", handle: (*console).amend, who: operators},
		{method: post, path: "/van-hanh/don-vi/:id/khoa", handle: (*console).issueKey, who: operators},
		{method: post, path: "/van-hanh/don-vi/:id/khoa/:key", handle: (*console).revokeAgencyKey, who: operators},
		{method: post, path: "/van-hanh/don-vi/:id/chung-thu", handle: (*console).enrolCertificate, who: operators},
		{method: post, path: "/van-hanh/don-vi/:id/diem-nhan", handle: (*console).setPushEndpoint, who: operators},
		{method: get, path: "/van-hanh/nguoi-dung", handle: (*console).staffList, who: operators, lists: true},
		{method: post, path: "/van-hanh/nguoi-dung", handle: (*console).addPerson, who: operators, lists: true},
		{method: get, path: "/van-hanh/nguoi-dung/:login/vai-tro", handle: (*console).staffRoles, who: operators},
		{method: post, path: "/van-hanh/nguoi-dung/:login/vai-tro", handle: (*console).setStaffRoles, who: operators, lists: true},
		{method: post, path: "/van-hanh/nguoi-dung/:login/:viec", handle: (*console).changePerson, who: operators, lists: true},
		{method: get, path: "/van-hanh/lich", handle: (*console).calendarPage, who: operators},
		{method: post, path: "/van-hanh/lich", handle: (*console).setCalendar, who: operators},
		{method: get, path: "/van-hanh/he-thong", handle: (*console).system, who: operators, lists: true},
	}
}

// operateRenewal is how an operator's page is kept up to date: by every entry of the log.
func operateRenewal(name string) renewal {
	if name == "overview" {
		return renewal{"tong-quan", "/truc-tiep/tong-quan", "#verdict,#tiles,#chart,#beats,#attention"}
	}
	return renewal{}
}

// elapsed is a length of time as people say it: its two largest units.
func (w words) elapsed(d time.Duration) string {
	if d < time.Second {
		return w.text("elapsed.none")
	}
	var parts []string
	units := 0
	for _, unit := range []struct {
		key  string
		size time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		n := int(d / unit.size)
		d -= time.Duration(n) * unit.size
		if n > 0 {
			parts = append(parts, w.text("elapsed."+unit.key, "n", w.number(n)))
		}
		if len(parts) > 0 {
			units++
		}
		if units == 2 {
			break
		}
	}
	return strings.Join(parts, " ")
}

// explain says in words why an attempt came to nothing, and what that mostly comes of.
func (w words) explain(code string) string {
	if code == "" {
		return ""
	}
	if status, ok := strings.CutPrefix(code, "http-"); ok {
		return w.text("cause.http."+status[:min(1, len(status))], "status", status)
	}
	if text := w.text("cause." + code); !strings.HasPrefix(text, missing) {
		return text
	}
	return w.text("cause.other", "code", code)
}

// fault is explain in a word or two, for a line of a table.
func (w words) fault(code string) string {
	if status, ok := strings.CutPrefix(code, "http-"); ok {
		return w.text("fault.http", "status", status)
	}
	return w.known("fault."+code, code)
}

// packageKind is what travels, as a word of the address and a key of the texts.
func packageKind(m exchange.Message) string {
	switch {
	case m.Class == exchange.ClassStatus:
		return "trang-thai"
	case m.Class == exchange.ClassNotice:
		return "thong-bao"
	case m.Kind == envelope.Recall:
		return "lay-lai"
	case m.Kind == envelope.Update:
		return "cap-nhat"
	case m.Kind == envelope.Replacement:
		return "thay-the"
	}
	return "moi"
}

func packageKinds() []string {
	return []string{"moi", "cap-nhat", "thay-the", "lay-lai", "trang-thai", "thong-bao"}
}

// sortedBy are the agencies of a count, the most frequent first.
func sortedBy(n map[exchange.AgencyID]int) []exchange.AgencyID {
	return slices.SortedFunc(maps.Keys(n), func(a, b exchange.AgencyID) int {
		return cmp.Or(n[b]-n[a], strings.Compare(string(a), string(b)))
	})
}
