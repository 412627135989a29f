package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// DESIGN 6: a recall, update, replacement or status 13 never overtakes the document that it speaks of, nor what was said of
// it before, at either addressee: whatever attempts fail, processes die and channels change meanwhile.
func TestNothingOvertakes(t *testing.T) {
	for _, seed := range seeds(t, 4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := begin(t, seed)
				defer func() { l.stop() }()
				s := &speech{life: l, said: map[string]exchange.MessageID{}}
				for range 60 {
					s.step()
				}
				s.revive()
				l.setChannel(exchange.Push)
				l.drain()
				if n := s.inOrder(); n < 5 {
					t.Errorf("seed %d: %d hand-outs were compared: the schedule shows too little", seed, n)
				}
				l.sound()
			})
		})
	}
}

// A speech is what a sender has to say, in an order that the dice make.
type speech struct {
	*life
	files    [][]byte
	said     map[string]exchange.MessageID // by file; empty while no living process has answered
	channels int
	nonce    int
}

func (s *speech) step() {
	switch s.roll(10) {
	case 0, 1, 2:
		s.say(s.file())
	case 3, 4:
		s.pullSome()
	case 5, 6, 7:
		time.Sleep(time.Duration(s.roll(40)) * time.Minute) // retries, backoffs, leases that run out
	case 8:
		s.crashSoon(12)
		s.say(s.file())
		s.pullSome()
		s.revive()
	case 9:
		s.channels++
		s.setChannel([]exchange.Channel{exchange.Push, exchange.Pull}[s.channels%2])
	}
	synctest.Wait()
}

// file is a new document, or something about the last one.
func (s *speech) file() []byte {
	n, first := 1+s.nonce/8, s.nonce%8 == 0
	s.nonce++
	if first {
		return s.letter(n, envelope.New, pulling, pushed)
	}
	switch s.roll(7) {
	case 0:
		return s.about(n, envelope.Recall)
	case 1:
		return s.about(n, envelope.Replacement)
	}
	return s.about(n, envelope.Update)
}

// about is a file with bytes of its own that speaks of document n.
func (s *speech) about(n int, kind envelope.Kind) []byte {
	own, replaced := n, []envelope.Replaced(nil)
	if kind == envelope.Replacement {
		own = 1000 + s.nonce
		replaced = []envelope.Replaced{{DocumentID: envelope.NewDocumentID(sending, dated(), envelope.Code{Number: strconv.Itoa(n), Notation: "CV-VP"})}}
	}
	return s.write(own, envelope.Business{Kind: kind, Reason: "lần " + strconv.Itoa(s.nonce), Replacements: replaced}, pulling, pushed)
}

// say submits. What there is nothing to say of, or nothing left to recall, is refused; what a dying process was told is said
// again to the next.
func (s *speech) say(raw []byte) {
	r, err := s.hub.Submit(context.Background(), exchange.Submission{Caller: caller(sending), Raw: raw})
	switch kind := exchange.KindOf(err); {
	case !s.alive():
		s.files = append(s.files, raw)
	case err == nil:
		s.said[string(raw)] = r.Message.ID
	case kind != exchange.Conflict && kind != exchange.UnknownDocument && kind != exchange.SameIdentity:
		s.Errorf("seed %d: submit: %v", s.seed, err)
	}
}

func (s *speech) revive() {
	s.life.revive()
	again := s.files
	s.files = nil
	for _, raw := range again {
		s.say(raw)
	}
}

// pullSome takes a few things and acknowledges, gives back, or forgets them.
func (s *speech) pullSome() {
	ctx := context.Background()
	for _, agency := range []exchange.AgencyID{pulling, pushed} { // who is pushed to may fetch as well
		got, err := s.hub.Lease(ctx, caller(agency), exchange.Ask{Max: 1 + s.roll(3)})
		for _, h := range got {
			s.sees(agency, h.Message.ID, true)
			switch s.roll(3) {
			case 0:
				_, err = s.hub.Ack(ctx, caller(agency), h.Delivery.ID, h.Token)
			case 1:
				_, err = s.hub.Nack(ctx, caller(agency), h.Delivery.ID, h.Token, "bận", 0)
			}
		}
		if err != nil && s.alive() && !errors.Is(err, exchange.LeaseLost) {
			s.Errorf("seed %d: pull: %v", s.seed, err)
		}
	}
}

// setChannel changes how the second addressee gets its documents.
func (l *life) setChannel(ch exchange.Channel) {
	l.Helper()
	a, ok := l.book.Agency(pushed)
	if !ok {
		l.Fatal("no agency")
	}
	a.Channel = ch
	_, err := l.book.Put(l.Context(), exchange.Caller{Operator: "test"}, a)
	l.must(err)
}

// inOrder fails the test where something was handed out before the last hand-out of what it comes after, and returns how many
// pairs it has compared.
func (s *speech) inOrder() (compared int) {
	var all []exchange.Message
	for _, id := range s.said {
		m, err := s.store.Message(s.Context(), id)
		s.must(err)
		all = append(all, m)
	}
	for _, agency := range []exchange.AgencyID{pulling, pushed} {
		for _, later := range all {
			first, _ := s.met(agency, later.ID, true)
			for _, earlier := range all {
				if _, last := s.met(agency, earlier.ID, true); first > 0 && last > 0 && comesAfter(later, earlier, agency) {
					compared++
					if first < last {
						s.Errorf("seed %d: at %s, %s (%v, entry %d) was handed out at %d, before %s (%v, entry %d) at %d",
							s.seed, agency, later.ID, later.Kind, later.Entry, first, earlier.ID, earlier.Kind, earlier.Entry, last)
					}
				}
			}
		}
	}
	return compared
}

// comesAfter reports whether both are about one document at the agency, or the earlier is that document.
func comesAfter(later, earlier exchange.Message, agency exchange.AgencyID) bool {
	if later.Entry <= earlier.Entry {
		return false
	}
	for _, l := range later.About {
		if len(l.At(agency)) == 0 {
			continue
		}
		if l.Message == earlier.ID {
			return true
		}
		for _, o := range earlier.About {
			if o.Message == l.Message && len(o.At(agency)) > 0 {
				return true
			}
		}
	}
	return false
}
