package console

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// next is what the page has to renew, and whether what it is about has changed; nothing after wait.
func (c *console) next(ctx context.Context, v *visit, f *feed, wait time.Duration) (message []byte, changed bool, err error) {
	news, err := c.Hub.News(ctx, v.caller, f.at, liveBatch, wait)
	if err != nil || len(news) == 0 {
		return nil, false, err
	}
	f.at, f.seen = news[len(news)-1].Index, f.seen+len(news)
	if v.caller.Operator != "" {
		return nil, true, nil
	}
	var b bytes.Buffer
	for _, id := range concerned(news) {
		changed = changed || id == f.scope || f.scope == "ban"
		if err := c.renew(v, f, id, news, &b); err != nil {
			return nil, false, err
		}
	}
	if f.seen > liveBehind || wait == 0 && len(news) == liveBatch { // who polls reads from where the page was made each time
		f.old = true
	}
	err = c.announce(v, f, &b)
	return b.Bytes(), changed, err
}

// concerned are the documents that entries are about, each once.
func concerned(news []exchange.News) (ids []string) {
	seen := make(map[string]bool)
	for _, r := range news {
		if id := string(r.Of); id != "" && !seen[id] && len(ids) < liveRows {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// renew writes the rows of a document as they are now. A page that does not show it passes over them.
func (c *console) renew(v *visit, f *feed, id string, news []exchange.News, b *bytes.Buffer) error {
	view, err := c.Hub.Document(v.ctx(), v.caller, exchange.MessageID(id))
	if exchange.KindOf(err) == exchange.NotFound || err == nil && view.Message.Class != exchange.ClassDocument {
		return nil
	}
	if err != nil {
		return err
	}
	if m := view.Message; m.Sender == v.caller.Agency || m.Caller == v.caller.Agency {
		if f.scope == "di" && told(news, id, translog.Accepted) {
			f.came[id] = true
		}
		return c.partial(v, b, "outgoingrow", "di-"+id, c.outgoingRow(v, exchange.Row{Message: m, Deliveries: view.Deliveries}))
	}
	for _, d := range view.Deliveries {
		if d.Addressee != v.caller.Agency || !d.Exposed() {
			continue
		}
		if f.scope != "di" && told(news, id, translog.Delivered, translog.Acknowledged) && (d.Processing == "" || d.Processing == envelope.Arrived) {
			f.came[id] = true
		}
		row := c.incomingRow(v, exchange.Row{Message: view.Message, Deliveries: []exchange.Delivery{d}})
		row.Choose = f.scope == scopeChoosing && v.agency.Console && row.New
		return c.partial(v, b, "incomingrow", "den-"+id, row)
	}
	return nil
}

// told reports whether one of the entries says that of the document.
func told(news []exchange.News, id string, types ...translog.Type) bool {
	return slices.ContainsFunc(news, func(r exchange.News) bool {
		return string(r.Of) == id && slices.Contains(types, r.Entry.Type)
	})
}

// partial writes a row for htmx to put in the old one's place; what has the focus keeps it.
func (c *console) partial(v *visit, b *bytes.Buffer, template, id string, row any) error {
	fmt.Fprintf(b, `<hx-partial hx-target="#%s" hx-swap="outerMorph">`, id)
	if err := c.pages["live"].ExecuteTemplate(b, template, withRow(frame{words: v.words}, row)); err != nil {
		return err
	}
	b.WriteString("</hx-partial>")
	return nil
}

// announce says how many new documents there are. They are not put into the list: no row moves under a clerk's hand.
func (c *console) announce(v *visit, f *feed, b *bytes.Buffer) error {
	if len(f.came) == 0 && !f.old {
		return nil
	}
	key := "live.came"
	switch {
	case f.old:
		key = "live.old"
	case f.scope == "di":
		key = "live.sent"
	}
	return c.pages["live"].ExecuteTemplate(b, "announcement", withRow(frame{words: v.words}, map[string]any{
		"N": len(f.came), "Text": v.words.text(key, "n", v.words.number(len(f.came)))}))
}
