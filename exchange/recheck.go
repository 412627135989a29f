package exchange

import (
	"context"
	"sync"
	"time"
)

// A SignedQuery lists messages by the certificate of their signer, in order of acceptance.
type SignedQuery struct {
	Certificate string    // SHA-256 of the DER, hex
	From        time.Time // accepted at or after it
	After       MessageID // behind this one, which was accepted at From; empty: from the first on
	Pending     bool      // only those that wait for evidence
	Limit       int       // at least 1
}

// rechecks remembers how much of what was said has been taken account of.
type rechecks struct {
	mu   sync.Mutex
	done map[string]uint64 // by certificate, as in Revocations.Heard
}

// recheckAtOnce is how many messages are read at a time.
const recheckAtOnce = 100

// Recheck judges messages again, now that authorities have said more: those accepted without evidence, and those
// accepted after a revocation that was not known then. It returns the messages of which something else is known now;
// where nothing new was said it reads and writes nothing of them. It may be called again after an error.
func (h *Hub) Recheck(ctx context.Context) (changed []Message, err error) {
	if h.Revocations == nil {
		return nil, nil
	}
	h.rechecks.mu.Lock()
	defer h.rechecks.mu.Unlock()
	if h.rechecks.done == nil {
		h.rechecks.done = make(map[string]uint64)
	}
	for certificate, n := range h.Revocations.Heard() {
		if h.rechecks.done[certificate] == n {
			continue
		}
		more, err := h.recheckSigner(ctx, certificate)
		changed = append(changed, more...)
		if err != nil {
			return changed, err
		}
		h.rechecks.done[certificate] = n
	}
	return changed, nil
}

func (h *Hub) recheckSigner(ctx context.Context, certificate string) ([]Message, error) {
	changed, err := h.rejudgeAll(ctx, SignedQuery{Certificate: certificate, Pending: true, Limit: recheckAtOnce})
	if err != nil {
		return changed, err
	}
	since, revoked := h.Revocations.RevokedAt(certificate)
	if !revoked {
		return changed, nil
	}
	more, err := h.rejudgeAll(ctx, SignedQuery{Certificate: certificate, From: since, Limit: recheckAtOnce})
	return append(changed, more...), err
}

func (h *Hub) rejudgeAll(ctx context.Context, q SignedQuery) (changed []Message, err error) {
	for {
		page, err := h.Store.SignedWith(ctx, q)
		if err != nil || len(page) == 0 {
			return changed, err
		}
		for _, m := range page {
			next, did, err := h.rejudge(ctx, m)
			if err != nil {
				return changed, err
			}
			if did {
				changed = append(changed, next)
			}
		}
		last := page[len(page)-1]
		q.From, q.After = last.AcceptedAt, last.ID
	}
}

// rejudge asks the rule first: what changes nothing is not put before the store.
func (h *Hub) rejudge(ctx context.Context, m Message) (Message, bool, error) {
	j, ok := h.Revocations.JudgeAgain(m.Certificate, m.AcceptedAt)
	if !ok {
		return m, false, nil
	}
	r := Rejudgement{Message: m.ID, Judgement: j, Now: h.now()}
	if _, entries := Rejudge(m, nil, r); len(entries) == 0 {
		return m, false, nil
	}
	next, err := h.Store.Rejudge(ctx, r)
	return next, err == nil, err
}
