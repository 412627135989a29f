package exchange_test

import (
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// Whoever waits for news is woken by what concerns them, and by nothing else: an addressee is not told of a document
// before exposure (P7), operators are told of everything.
func TestNewsWakesWhomItConcerns(t *testing.T) {
	h := hubtest.New(t, exchange.Agency{ID: "H44.31", Name: "Sở Nội vụ"}, exchange.Agency{ID: "H44.24.05", Name: "UBND xã Đồng Thịnh"})
	newest, err := h.Exchange.Newest(t.Context(), hubtest.Operator())
	if err != nil {
		t.Fatal(err)
	}
	wait := func(c exchange.Caller) <-chan []exchange.News {
		got := make(chan []exchange.News, 1)
		go func() {
			news, err := h.Exchange.News(t.Context(), c, newest, 10, time.Hour)
			if err != nil {
				t.Error(err)
			}
			got <- news
		}()
		return got
	}
	sender, operator := wait(exchange.Caller{Agency: "H44.31"}), wait(exchange.Caller{Operator: "TEST ONLY"})
	addressee := wait(exchange.Caller{Agency: "H44.24.05"})
	receipt, _ := h.Party("H44.31").Send("H44.24.05")
	for who, got := range map[string]<-chan []exchange.News{"the sender": sender, "an operator": operator} {
		if news := <-got; len(news) == 0 || news[0].Of != exchange.MessageID(receipt.ID) {
			t.Errorf("%s is told %v", who, news)
		}
	}
	select {
	case news := <-addressee:
		t.Errorf("before exposure the addressee is told %v", news)
	default:
	}
	h.Party("H44.24.05").Collect()
	news := <-addressee
	if len(news) == 0 || news[0].Of != exchange.MessageID(receipt.ID) {
		t.Errorf("the addressee is told %v", news)
	}
	// A status is news of the document it speaks of.
	newest = news[len(news)-1].Index
	sender = wait(exchange.Caller{Agency: "H44.31"})
	_, err = h.Party("H44.24.05").Client.Status(t.Context(), news[0].Entry.Delivery, client.StatusRequest{Code: "03"})
	if err != nil {
		t.Fatal(err)
	}
	if news := <-sender; len(news) == 0 || news[0].Of != exchange.MessageID(receipt.ID) {
		t.Errorf("of a status the sender is told %v", news)
	}
}

// Where an agency begins to ask for news says nothing of what others have to do with the hub.
func TestNewestTellsNothingOfOthers(t *testing.T) {
	const mine, busy = "H44.24.05", "H44.24.06"
	h := hubtest.New(t, exchange.Agency{ID: "H44.31", Name: "Sở Nội vụ"}, exchange.Agency{ID: mine, Name: "UBND xã Đồng Thịnh"},
		exchange.Agency{ID: busy, Name: "UBND xã Hưng Long"})
	newest := func(c exchange.Caller) int64 {
		t.Helper()
		n, err := h.Exchange.Newest(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	me, all := newest(exchange.Caller{Agency: mine}), newest(hubtest.Operator())
	p := h.Party("H44.31")
	p.Submit(p.Signed(p.Document(busy)))
	if now := newest(hubtest.Operator()); now <= all {
		t.Errorf("an operator is told of %d, before of %d", now, all)
	}
	if now := newest(exchange.Caller{Agency: mine}); now != me {
		t.Errorf("what others do moves an agency's beginning from %d to %d", me, now)
	}
	if n := newest(exchange.Caller{Auditor: "px"}) + newest(exchange.Caller{Administers: mine}); n != -2 {
		t.Errorf("who has no feed is told %d", n)
	}
	p.Submit(p.Signed(p.Document(mine)))
	h.Party(mine).Collect()
	if now := newest(exchange.Caller{Agency: mine}); now <= me {
		t.Errorf("what came for the agency is not news: %d after %d", now, me)
	}
}
