package console

import (
	"context"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// auditHub is what the auditor's pages need of the use cases. Each of them is logged by the use case itself.
type auditHub interface {
	ReadLog(ctx context.Context, c exchange.Caller, q exchange.AuditQuery) (exchange.AuditPage, error)
	TallyAccess(ctx context.Context, c exchange.Caller, q exchange.AuditQuery) (exchange.AccessTally, error)
	Record(ctx context.Context, c exchange.Caller, index int64) (exchange.Proved, error)
	Life(ctx context.Context, c exchange.Caller, id exchange.MessageID) (exchange.Life, error)
	FindDocuments(ctx context.Context, c exchange.Caller, text string) ([]exchange.Message, error)
	VerifyLog(ctx context.Context, c exchange.Caller, v exchange.Verification) (exchange.Verification, error)
	CompareCheckpoint(ctx context.Context, c exchange.Caller, text []byte) (exchange.Comparison, error)
	AuditCheckpoint(ctx context.Context, c exchange.Caller) ([]byte, translog.Checkpoint, error)
}

func auditRoutes() []route {
	return []route{
		{method: get, path: "/kiem-tra/nhat-ky", handle: (*console).auditLog, who: auditors, lists: true},
		{method: get, path: "/kiem-tra/nhat-ky/:index", handle: (*console).auditRecord, who: auditors},
		{method: get, path: "/kiem-tra/van-ban/:id", handle: (*console).auditLife, who: auditors, lists: true},
		{method: get, path: "/kiem-tra/quan-tri", handle: (*console).auditActs, who: auditors, lists: true},
		{method: get, path: "/kiem-tra/truy-cap", handle: (*console).auditAccess, who: auditors, lists: true},
		{method: get, path: "/kiem-tra/toan-ven", handle: (*console).auditIntegrity, who: auditors, lists: true},
		{method: get, path: "/kiem-tra/toan-ven/moc", handle: (*console).auditCheckpoint, who: auditors},
		{method: post, path: "/kiem-tra/toan-ven/so-sanh", handle: (*console).auditCompare, who: auditors},
	}
}

func auditSections() []section {
	return []section{
		{auditors, "/kiem-tra/nhat-ky", "menu.audit.log", "list-search"},
		{auditors, "/kiem-tra/quan-tri", "menu.audit.acts", "settings"},
		{auditors, "/kiem-tra/truy-cap", "menu.audit.access", "fingerprint"},
		{auditors, "/kiem-tra/toan-ven", "menu.audit.integrity", "shield-check"},
	}
}

// Auditor reports whether the page is an auditor's, who is told that looking is logged.
func (f frame) Auditor() bool { return f.Person.Has(exchange.Audit) }
