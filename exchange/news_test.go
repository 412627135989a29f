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
	newest, err := h.Exchange.Newest(t.Context())
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
