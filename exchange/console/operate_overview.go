package console

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// An overviewPage is how the hub is: one verdict, what has to be done, and the figures behind it.
type overviewPage struct {
	Verdict   string
	Fine      bool
	Tasks     []overviewTask
	Tiles     []duty
	Chart     chart
	Note      string
	Attention []attentionRow
	At        string
}

// An overviewTask is one thing that has to be done, with where.
type overviewTask struct {
	label
	Address, Detail string
}

type attentionRow struct {
	Name, Code, Address string
	Why                 []label
}

// A picture is what was seen of the whole hub at one moment.
type picture struct {
	at     time.Time
	newest int64 // entry of the log before it was taken
	counts exchange.Counts
	queues []exchange.Queue
	more   bool // not every queue was looked at
	sum    exchange.Queue
	oldest time.Time // acceptance of what waits the longest; zero where nothing does
	late   int       // agencies for which something waits too long
}

// Pictures are taken one at a time, whoever looks, and anew only when the log has moved or after pictureAge: what nobody
// fetches gets older without an entry.
type pictures struct {
	mu   sync.Mutex
	last picture
}

const (
	pictureAge = 10 * time.Second
	mostQueues = 1000 // agencies that a picture looks at
	// silentAfter is how long software that fetches may keep quiet.
	silentAfter = 4 * time.Hour
	// endsSoon is when a certificate or key is spoken of.
	endsSoon = 30 * 24 * time.Hour
	// backupAge is how old the newest backup may be.
	backupAge = 48 * time.Hour
	// diskFull is how full the disk may be, in percent.
	diskFull = 85
	// mostAttention is how many agencies the overview names.
	mostAttention = 12
)

func (c *console) picture(ctx context.Context, by exchange.Caller) (picture, error) {
	c.pictures.mu.Lock()
	defer c.pictures.mu.Unlock()
	now := c.Clock()
	newest, err := c.Hub.Newest(ctx, by)
	if err != nil {
		return picture{}, err
	}
	if age := now.Sub(c.pictures.last.at); newest == c.pictures.last.newest && age >= 0 && age < pictureAge {
		return c.pictures.last, nil
	}
	p := picture{at: now, newest: newest}
	if p.counts, err = c.Hub.Counts(ctx, by, ""); err != nil {
		return p, err
	}
	list, next, err := c.Hub.Queues(ctx, by, "", mostQueues)
	if err != nil {
		return p, err
	}
	p.queues, p.more = list, next != ""
	for _, q := range list {
		p.add(q, now)
	}
	oldest, err := c.Hub.Search(ctx, by, exchange.Query{Every: true, Group: exchange.GroupUnderway, OldestFirst: true, Limit: 1})
	if err != nil {
		return p, err
	}
	for _, r := range oldest.Rows {
		p.oldest = r.Deliveries[0].AcceptedAt
	}
	c.pictures.last = p
	return p, nil
}

func (p *picture) add(q exchange.Queue, now time.Time) {
	p.sum.Waiting += q.Waiting
	p.sum.Stuck += q.Stuck
	p.sum.More = p.sum.More || q.More
	if now.Sub(q.Oldest) > lateAfter {
		p.late++
	}
}

func (c *console) overview(v *visit) error {
	if err := c.pulse.follow(v.ctx(), c.Hub, v.caller, c.Clock()); err != nil {
		return err
	}
	p, err := c.picture(v.ctx(), v.caller)
	if err != nil {
		return err
	}
	w, now := v.words, c.Clock()
	d := c.pulse.day(now)
	health := c.health(now)
	page := overviewPage{Chart: w.chart(d), At: exactly(p.at)}
	page.Tasks = c.tasks(w, p, d, health, now)
	page.Fine = len(page.Tasks) == 0
	page.Verdict = w.text("overview.fine")
	if !page.Fine {
		page.Verdict = w.text("overview.tasks", "n", w.number(len(page.Tasks)))
	}
	page.Tiles = c.tiles(w, p, d, health, now)
	if d.Behind {
		page.Note = w.text("overview.behind")
	}
	page.Attention = c.attention(w, p, now)
	return c.show(v, "overview", page)
}

// tasks are what a person has to do, the worst first.
func (c *console) tasks(w words, p picture, d dayOfBeats, h hubHealth, now time.Time) (all []overviewTask) {
	add := func(wrong bool, tone, key, address string, args ...any) {
		if wrong {
			icon := "alert-triangle"
			if tone == "red" {
				icon = "circle-x"
			}
			all = append(all, overviewTask{label{Icon: icon, Tone: tone, Text: w.text("task."+key, args...)}, address, w.text("task." + key + ".do")})
		}
	}
	for _, check := range h.unready {
		add(true, "red", "unready", "/van-hanh/he-thong", "check", w.text("ready."+check))
	}
	add(h.disk >= diskFull, "red", "disk", "/van-hanh/he-thong", "percent", h.disk)
	add(h.clockWrong, "red", "clock", "/van-hanh/he-thong")
	dead := p.counts[exchange.DeadLettered]
	add(dead > 0, "red", "dead", "/van-hanh/thu-chet", "n", w.number(int(dead)))
	add(p.sum.Stuck > 0, "amber", "stuck", "/van-hanh/hang-doi", "n", atLeast(w, p.sum.Stuck, p.sum.More || p.more))
	add(p.late > 0, "amber", "late", "/van-hanh/hang-doi", "n", w.number(p.late))
	add(len(h.silent) > 0, "amber", "silent", "/van-hanh/don-vi?tt=im-lang", "n", w.number(len(h.silent)))
	add(h.closed > 0, "amber", "closed", "/van-hanh/don-vi?tt=dong", "n", w.number(h.closed))
	add(h.ended > 0, "red", "ended", "/van-hanh/he-thong", "n", w.number(h.ended))
	add(h.ending > 0, "amber", "ending", "/van-hanh/he-thong", "n", w.number(h.ending))
	add(h.keys > 0, "amber", "keys", "/van-hanh/don-vi?tt=khoa", "n", w.number(h.keys))
	add(h.stale > 0, "amber", "revocation", "/van-hanh/he-thong", "n", w.number(h.stale))
	add(h.unkept, "amber", "unkept", "/van-hanh/he-thong")
	add(!d.Behind && now.Sub(d.Backup) > backupAge, "amber", "backup", "/van-hanh/he-thong")
	return all
}

func atLeast(w words, n int, more bool) string {
	text := w.number(n)
	if more {
		text += "+"
	}
	return text
}

// tiles are the figures; what the hub does not know has none.
func (c *console) tiles(w words, p picture, d dayOfBeats, h hubHealth, now time.Time) []duty {
	tile := func(key, address, count, detail, tone string) duty {
		return duty{Address: address, Count: count, Text: w.text("tile." + key), Detail: detail, Tone: tone}
	}
	waiting := p.counts[exchange.Queued] + p.counts[exchange.Held]
	oldest := ""
	if waiting > 0 && !p.oldest.IsZero() {
		oldest = w.text("tile.oldest", "age", w.elapsed(now.Sub(p.oldest)))
	}
	all := []duty{
		tile("today", trafficPath, w.number(d.Today.Documents)+" / "+w.number(d.Today.Out), w.text("tile.today.detail"), "blue"),
		tile("waiting", "/van-hanh/hang-doi", w.number(int(waiting)), oldest, tileTone(p.late > 0, "amber", "blue")),
		tile("stuck", "/van-hanh/hang-doi", atLeast(w, p.sum.Stuck, p.sum.More || p.more), w.text("tile.stuck.detail", "n", w.number(exchange.StuckAfter)), tileTone(p.sum.Stuck > 0, "amber", "grey")),
		tile("dead", "/van-hanh/thu-chet", w.number(int(p.counts[exchange.DeadLettered])), w.text("tile.dead.detail"), tileTone(p.counts[exchange.DeadLettered] > 0, "red", "grey")),
		tile("share", trafficPath+"?tt=dead-lettered", deliveredShare(w, d.Whole), w.text("tile.share.detail", "out", w.number(d.Whole.Out), "end", w.number(d.Whole.End)), tileTone(d.Whole.End > 0, "amber", "blue")),
		tile("silent", "/van-hanh/don-vi?tt=im-lang", w.number(len(h.silent))+"/"+w.number(h.callers), w.text("tile.silent.detail", "after", w.elapsed(silentAfter)), tileTone(len(h.silent) > 0, "amber", "grey")),
		tile("backup", "/van-hanh/he-thong", backupText(w, d, now), clock(d.Backup), tileTone(now.Sub(d.Backup) > backupAge, "amber", "grey")),
	}
	if h.diskKnown {
		all = append(all, tile("disk", "/van-hanh/he-thong", w.text("percent", "n", h.disk), w.text("tile.disk.detail", "free", bytesText(w, h.free)), tileTone(h.disk >= diskFull, "red", "grey")))
	}
	if !h.firstEnd.IsZero() {
		all = append(all, tile("certificate", "/van-hanh/he-thong", w.elapsed(max(0, h.firstEnd.Sub(now))), clock(h.firstEnd), tileTone(h.firstEnd.Sub(now) < endsSoon, "amber", "grey")))
	}
	return all
}

func tileTone(wrong bool, bad, good string) string {
	if wrong {
		return bad
	}
	return good
}

// deliveredShare is how much of what ended was delivered; a dash where nothing ended.
func deliveredShare(w words, b beat) string {
	if b.Out+b.End == 0 {
		return "–"
	}
	return w.text("percent", "n", w.print.Sprintf("%.1f", 100*float64(b.Out)/float64(b.Out+b.End)))
}

func backupText(w words, d dayOfBeats, now time.Time) string {
	switch {
	case !d.Backup.IsZero():
		return w.text("ago", "n", w.elapsed(now.Sub(d.Backup)))
	case d.Behind:
		return "–"
	}
	return w.text("tile.backup.none", "n", w.elapsed(pulseBack))
}

// attention are the agencies that need somebody, those with most reasons first.
func (c *console) attention(w words, p picture, now time.Time) (rows []attentionRow) {
	waits := make(map[exchange.AgencyID]exchange.Queue, len(p.queues))
	for _, q := range p.queues {
		waits[q.Agency] = q
	}
	all, _ := c.Agencies.List(0)
	for _, a := range all {
		if why := c.ails(w, a, waits[a.ID], now); len(why) > 0 {
			rows = append(rows, attentionRow{a.Name, string(a.ID), profileAddress(a.ID), why})
		}
	}
	slices.SortStableFunc(rows, func(a, b attentionRow) int { return cmp.Or(len(b.Why)-len(a.Why), strings.Compare(a.Code, b.Code)) })
	return rows[:min(mostAttention, len(rows))]
}

// ails says what is wrong with an agency.
func (c *console) ails(w words, a exchange.Agency, q exchange.Queue, now time.Time) (why []label) {
	add := func(wrong bool, icon, tone, key string, args ...any) {
		if wrong {
			why = append(why, label{Icon: icon, Tone: tone, Text: w.text("ails."+key, args...)})
		}
	}
	add(!a.Endpoint.ClosedAt.IsZero() && a.LivesAt(now), "ban", "red", "closed")
	add(a.LivesAt(now) && a.Channel == exchange.Push && a.Endpoint.URL == "", "webhook", "amber", "endpoint")
	add(q.Stuck > 0, "alert-triangle", "red", "stuck", "n", w.number(q.Stuck))
	add(q.Waiting > 0 && now.Sub(q.Oldest) > lateAfter, "clock-exclamation", "amber", "late", "age", w.elapsed(now.Sub(q.Oldest)))
	add(c.keepsQuiet(a, now), "bell-off", "amber", "silent")
	end, ok := keyEnd(a, now)
	add(ok && end.Sub(now) < endsSoon, "key", "amber", "key", "at", written(end, "02/01/2006"))
	return why
}
