package exchange

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/lienthong/lienthong/exchange/translog"
)

// Altered tells which of some records, by index, are not what the hash that the log keeps of each says was logged, and whose
// words are not those that were. It is a look at what a page shows: only a verification proves that nothing was changed, as
// whoever changes an entry may change its hash as well.
func (h *Hub) Altered(ctx context.Context, records []LogRecord) (map[int64]Broken, error) {
	t := &tree{ctx: ctx, store: h.Store}
	all := make([]int64, len(records))
	for i, r := range records {
		all[i] = tlog.StoredHashIndex(0, r.Index)
	}
	_, _ = t.ReadHashes(all) // one that is lost fails all of them; each is asked for below
	altered := make(map[int64]Broken)
	for _, r := range records {
		hash, ok := t.leafHash(r.Index)
		switch {
		case !ok || hash != translog.LeafHash(r.Entry.Marshal()):
			altered[r.Index] = BrokenAltered
		case r.Side != nil && r.Side.Hash() != r.Entry.Side:
			altered[r.Index] = BrokenSide
		}
	}
	return altered, t.failed
}
