package storetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

var revocationCases = []check{
	{"evidence is kept with the message, once", evidenceKept},
	{"evidence that is missing or false is not accepted", evidenceFalse},
	{"messages are found by their signer in order of acceptance, in pages", signedInOrder},
	{"what waits for evidence is found until it comes", provenLater},
	{"what was good is found to have been revoked, once", revokedLater},
	{"what is rejudged concerns the sender and who may have seen it", rejudgedConcerns},
	{"nothing there, nothing rejudged", func(h *hub) {
		_, err := h.Rejudge(h.ctx, exchange.Rejudgement{Message: exchange.NewMessageID(), Judgement: revocationOf(exchange.RevocationGood, "x"), Now: h.now})
		h.refused(err, exchange.NotFound, "rejudging what is not there")
		_, err = h.Evidence(h.ctx, exchange.Digest{1})
		h.refused(err, exchange.NotFound, "evidence that is not there")
	}},
	{"of eight rejudgements of one message one counts", func(h *hub) {
		a := h.proven(revocationOf(exchange.RevocationUnknown, ""), "s1")
		h.accept(a)
		h.writes(1, "eight rejudgements", func() {
			together(8, func(int) {
				_, _ = h.Rejudge(h.ctx, exchange.Rejudgement{Message: a.Message.ID, Judgement: revocationOf(exchange.RevocationGood, "late"), Now: h.now})
			})
		})
	}},
}

// fingerprint is that of an invented certificate.
func fingerprint(of string) string {
	sum := sha256.Sum256([]byte(of))
	return hex.EncodeToString(sum[:])
}

// judgement rests on a statement with these words; without words on none.
func revocationOf(state exchange.RevocationState, words string) exchange.Judgement {
	j := exchange.Judgement{Revocation: exchange.Revocation{State: state, Pending: state == exchange.RevocationUnknown}}
	if state == exchange.RevocationRevoked {
		j.RevokedAt, j.Reason = begins, "key-compromise"
	}
	if words == "" {
		return j
	}
	e := exchange.Evidence{Digest: sha256.Sum256([]byte(words)), DER: []byte(words)}
	j.Evidence = []exchange.Evidence{e}
	j.Said = []exchange.Statement{{Certificate: fingerprint("s1"), Kind: signing.ByOCSP, ThisUpdate: begins, NextUpdate: begins.Add(time.Hour), Evidence: e.Digest}}
	return j
}

// proven is a document to two addressees, signed with a certificate of which the judgement holds.
func (h *hub) proven(j exchange.Judgement, signer string) *exchange.Acceptance {
	a := h.document(office, commune, ward)
	a.Message.Certificate = fingerprint(signer)
	r := j.Revocation
	a.Message.Revocation, a.Evidence, a.Entry.Revocation = &r, j.Evidence, string(r.State)
	return a
}

func evidenceKept(h *hub) {
	j := revocationOf(exchange.RevocationGood, "good until noon")
	first, second := h.proven(j, "s1"), h.proven(j, "s1")
	h.accept(first)
	h.accept(second)
	h.reopen()
	for _, a := range []*exchange.Acceptance{first, second} {
		m := must(h.Message(h.ctx, a.Message.ID))(h)
		if !reflect.DeepEqual(normal(*m.Revocation), normal(j.Revocation)) {
			h.Errorf("stored as %+v, want %+v", m.Revocation, j.Revocation)
		}
		if e := must(h.Entry(h.ctx, m.Entry))(h).Entry; e.Revocation != "good" {
			h.Errorf("the entry says %q, want good", e.Revocation)
		}
	}
	if der := must(h.Evidence(h.ctx, j.Evidence[0].Digest))(h); !bytes.Equal(der, j.Evidence[0].DER) {
		h.Errorf("the evidence is %q, want %q", der, j.Evidence[0].DER)
	}
}

func evidenceFalse(h *hub) {
	good := revocationOf(exchange.RevocationGood, "good until noon")
	missing, forged := good, good
	missing.Evidence = nil
	forged.Evidence = []exchange.Evidence{{Digest: good.Evidence[0].Digest, DER: []byte("something else")}}
	for what, j := range map[string]exchange.Judgement{"missing": missing, "false": forged} {
		a := h.proven(j, "s1")
		h.writes(0, what+" evidence", func() {
			if _, err := h.Accept(h.ctx, a); err == nil {
				h.Errorf("accepted with %s evidence", what)
			}
		})
		h.absent(a)
	}
	waits := h.proven(revocationOf(exchange.RevocationUnknown, ""), "s1")
	h.accept(waits)
	h.writes(0, "false evidence for what waits", func() {
		if _, err := h.Rejudge(h.ctx, exchange.Rejudgement{Message: waits.Message.ID, Judgement: forged, Now: h.now}); err == nil {
			h.Error("rejudged by false evidence")
		}
	})
	if m := must(h.Message(h.ctx, waits.Message.ID))(h); !m.Revocation.Pending {
		h.Errorf("it is %+v, want it to wait as before", m.Revocation)
	}
}

func (h *hub) signedWith(q exchange.SignedQuery) (ids []exchange.MessageID) {
	h.Helper()
	for _, m := range must(h.SignedWith(h.ctx, q))(h) {
		ids = append(ids, m.ID)
	}
	return ids
}

func signedInOrder(h *hub) {
	var all []exchange.MessageID
	for i := range 7 {
		a := h.proven(revocationOf(exchange.RevocationGood, "w"), "s1")
		h.accept(a)
		h.accept(h.proven(revocationOf(exchange.RevocationGood, "w"), "s2"))
		all = append(all, a.Message.ID)
		if i != 3 {
			h.pass(time.Minute) // 3 and 4 in the same instant
		}
	}
	q := exchange.SignedQuery{Certificate: fingerprint("s1"), Limit: 2}
	var got []exchange.MessageID
	for {
		page := must(h.SignedWith(h.ctx, q))(h)
		if len(page) == 0 {
			break
		}
		for _, m := range page {
			got = append(got, m.ID)
		}
		q.From, q.After = page[len(page)-1].AcceptedAt, page[len(page)-1].ID
	}
	if !slices.Equal(got, all) {
		h.Errorf("found %v in pages, want %v", got, all)
	}
	if got := h.signedWith(exchange.SignedQuery{Certificate: fingerprint("s1"), From: begins.Add(4 * time.Minute), Limit: 9}); !slices.Equal(got, all[5:]) {
		h.Errorf("from the fourth minute on %v, want %v", got, all[5:])
	}
	for _, unknown := range []string{"", "x", fingerprint("s3")} {
		if got := h.signedWith(exchange.SignedQuery{Certificate: unknown, Limit: 9}); len(got) != 0 {
			h.Errorf("certificate %q has signed %v", unknown, got)
		}
	}
}

func (h *hub) unproven(want int64) {
	h.Helper()
	if n := must(h.Unproven(h.ctx))(h); n != want {
		h.Errorf("%d messages wait for evidence, want %d", n, want)
	}
	if got := h.signedWith(exchange.SignedQuery{Certificate: fingerprint("s1"), Pending: true, Limit: 99}); int64(len(got)) != want {
		h.Errorf("%d messages of the signer wait for evidence, want %d", len(got), want)
	}
}

func provenLater(h *hub) {
	waits, good := h.proven(revocationOf(exchange.RevocationUnknown, ""), "s1"), h.proven(revocationOf(exchange.RevocationGood, "w"), "s1")
	h.accept(waits)
	h.accept(good)
	h.accept(h.document(office, commune)) // nobody signed
	h.unproven(1)
	h.pass(time.Hour)
	var m exchange.Message
	j := revocationOf(exchange.RevocationGood, "late")
	h.writes(1, "a rejudgement", func() {
		m = must(h.Rejudge(h.ctx, exchange.Rejudgement{Message: waits.Message.ID, Judgement: j, Now: h.now}))(h)
	})
	h.reopen()
	h.unproven(0)
	stored := must(h.Message(h.ctx, waits.Message.ID))(h)
	if !reflect.DeepEqual(normal(stored), normal(m)) || m.Revocation.State != exchange.RevocationGood || m.Revocation.Pending || !m.Revocation.JudgedAt.Equal(h.now) {
		h.Errorf("stored as %+v, returned as %+v; want it good, as of now", stored.Revocation, m.Revocation)
	}
	if rec := must(h.Entry(h.ctx, h.size()-1))(h).Entry; rec.Type != translog.Rejudged || rec.Revocation != "good" || rec.Message != string(m.ID) {
		h.Errorf("logged as %s", rec.Marshal())
	}
	must(h.Evidence(h.ctx, j.Evidence[0].Digest))(h)
	h.writes(0, "a second rejudgement", func() {
		must(h.Rejudge(h.ctx, exchange.Rejudgement{Message: waits.Message.ID, Judgement: j, Now: h.now}))(h)
	})
}

func revokedLater(h *hub) {
	a := h.proven(revocationOf(exchange.RevocationGood, "w"), "s1")
	h.accept(a)
	j := revocationOf(exchange.RevocationRevoked, "revoked")
	for i, want := range []int64{1, 0} {
		h.writes(want, fmt.Sprintf("finding %d of revocation", i+1), func() {
			must(h.Rejudge(h.ctx, exchange.Rejudgement{Message: a.Message.ID, Judgement: j, Now: h.now}))(h)
		})
	}
	m := must(h.Message(h.ctx, a.Message.ID))(h)
	if m.Revocation.State != exchange.RevocationRevoked || m.Revocation.Reason != "key-compromise" {
		h.Errorf("stored as %+v, want revoked", m.Revocation)
	}
	h.stored(a)
}

func rejudgedConcerns(h *hub) {
	a := h.proven(revocationOf(exchange.RevocationUnknown, ""), "s1")
	h.accept(a)
	h.lease(ward) // the commune has not seen it
	must(h.Rejudge(h.ctx, exchange.Rejudgement{Message: a.Message.ID, Judgement: revocationOf(exchange.RevocationRevoked, "late"), Now: h.now}))(h)
	for agency, want := range map[exchange.AgencyID]int{office: 2, ward: 1, commune: 0} {
		told := 0
		for _, r := range must(h.Events(h.ctx, agency, -1, 99))(h) {
			if r.Entry.Type != translog.Rejudged {
				continue
			}
			told++
			if agency == ward && (r.Entry.Addressee != string(ward) || len(r.Entry.Addressees) > 0) {
				h.Errorf("%s is told of others: %s", agency, r.Entry.Marshal())
			}
		}
		if told != want {
			h.Errorf("%s is told by %d entries, want %d", agency, told, want)
		}
	}
}
