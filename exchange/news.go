package exchange

import (
	"context"
	"time"
)

// anybody is whom operators wait for: they are concerned by every entry.
const anybody AgencyID = "*"

// Logged wakes those who wait in [Hub.News]. The store calls it with whom a commit's entries concern.
func (b *Bell) Logged(agencies []AgencyID) { b.Ring(append(agencies, anybody)) }

// News is an entry of the log with the message that it tells something new of: for a status, the one it speaks about.
type News struct {
	LogRecord
	Of MessageID // empty for what is about no message
}

// News is Events for those who wait: with nothing above after it returns as soon as there is something, or nothing at
// the end of wait, when the hub stops, and when ctx ends.
func (h *Hub) News(ctx context.Context, c Caller, after int64, limit int, wait time.Duration) ([]News, error) {
	of := c.Agency
	if c.Operator != "" {
		of = anybody
	}
	end := time.NewTimer(wait)
	defer end.Stop()
	for {
		rung := h.Feed.wait(of)
		got, err := h.Events(ctx, c, after, limit)
		if len(got) > 0 || err != nil {
			return h.newsOf(ctx, got), err
		}
		select {
		case <-rung:
		case <-end.C:
			return nil, nil
		case <-h.Stopping:
			return nil, nil
		case <-ctx.Done():
			return nil, nil
		}
	}
}

func (h *Hub) newsOf(ctx context.Context, records []LogRecord) []News {
	news := make([]News, len(records))
	for i, r := range records {
		news[i] = News{r, MessageID(r.Entry.Message)}
		if r.Entry.Delivery == "" {
			continue
		}
		if d, err := h.Store.Delivery(ctx, DeliveryID(r.Entry.Delivery)); err == nil { // else retention has taken it away
			news[i].Of = d.Message
		}
	}
	return news
}

// Newest is the index of the newest entry in the caller's feed, -1 for none: where somebody begins who asks for news from
// now on. To an agency it says nothing of how much others have to do with the hub.
func (h *Hub) Newest(ctx context.Context, c Caller) (int64, error) {
	if c.Operator != "" {
		_, size, err := h.Store.Checkpoint(ctx)
		return size - 1, err
	}
	if c.Agency == "" {
		return -1, nil
	}
	page, err := h.Store.SearchLog(ctx, LogQuery{Agency: c.Agency, Limit: 1})
	if err != nil || len(page.Records) == 0 {
		return -1, err
	}
	return page.Records[0].Index, nil
}
