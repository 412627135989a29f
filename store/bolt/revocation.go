package bolt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/lienthong/lienthong/exchange"
)

// SignedWith implements store.Messages.
func (s *Store) SignedWith(ctx context.Context, q exchange.SignedQuery) (list []exchange.Message, err error) {
	prefix, ok := certKey(q.Certificate)
	if !ok {
		return nil, nil
	}
	bucket := bCert
	if q.Pending {
		bucket = bUnproven
	}
	err = s.view(ctx, func(v view) error {
		list, err = v.signedWith(bucket, prefix, q)
		return err
	})
	return list, err
}

func (v view) signedWith(bucket string, prefix []byte, q exchange.SignedQuery) (list []exchange.Message, err error) {
	from := appendTime(slices.Clone(prefix), q.From)
	after, behind := idKey(q.After)
	if behind {
		from = append(from, after...)
	}
	c := v.bucket(bucket).Cursor()
	for k, _ := c.Seek(from); k != nil && bytes.HasPrefix(k, prefix) && len(list) < q.Limit; k, _ = c.Next() {
		if behind && bytes.Equal(k, from) {
			continue
		}
		m, _, err := v.message(keyID[exchange.MessageID](k[len(k)-idSize:]))
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// Rejudge implements store.Messages.
func (s *Store) Rejudge(ctx context.Context, r exchange.Rejudgement) (m exchange.Message, err error) {
	err = s.do(ctx, func(g *group) error {
		m, err = g.rejudge(r)
		return err
	})
	return m, err
}

func (g *group) rejudge(r exchange.Rejudgement) (exchange.Message, error) {
	old, ref, err := g.message(r.Message)
	if err != nil {
		return old, err
	}
	ds, err := g.deliveriesOf(old)
	if err != nil {
		return old, err
	}
	r.Now = g.now(r.Now)
	next, entries := exchange.Rejudge(old, ds, r)
	if len(entries) == 0 {
		return old, nil
	}
	if err := proven(next, r.Evidence); err != nil {
		return old, err
	}
	if err := g.genuine(r.Evidence); err != nil {
		return old, err
	}
	for _, e := range entries {
		if _, err := g.log(e, nil, r.Now); err != nil {
			return old, err
		}
	}
	key, _ := idKey(next.ID)
	g.put(bMessages, key, encodeMessage(next, ref))
	g.messages[next.ID] = next
	g.prove(&old, next, r.Evidence)
	return next, nil
}

// Evidence implements store.Messages.
func (s *Store) Evidence(ctx context.Context, digest exchange.Digest) (der []byte, err error) {
	err = s.view(ctx, func(v view) error {
		if der = bytes.Clone(v.get(bEvidence, digest[:])); der == nil {
			return exchange.Errorf(exchange.NotFound, "evidence %s", digest)
		}
		return nil
	})
	return der, err
}

// Unproven implements store.Messages.
func (s *Store) Unproven(ctx context.Context) (n int64, err error) {
	err = s.view(ctx, func(v view) error {
		n = 0
		if value := v.get(bCounts, []byte(countUnproven)); value != nil {
			n = keyUint(value)
		}
		return nil
	})
	return n, err
}

// countUnproven is the roll-up of ix_unproven.
const countUnproven = "u"

// certKey is the fingerprint of a certificate as a key; ok is false for what is none.
func certKey(fingerprint string) (key []byte, ok bool) {
	key, err := hex.DecodeString(fingerprint)
	return key, err == nil && len(key) == sha256.Size
}

// signedRows lists every index row that follows from a message's signer. It is the only definition of them.
func signedRows(m exchange.Message) []row {
	cert, ok := certKey(m.Certificate)
	id, _ := idKey(m.ID)
	if !ok {
		return nil
	}
	key := append(appendTime(cert, m.AcceptedAt), id...)
	rows := []row{{bCert, key}}
	if m.Revocation != nil && m.Revocation.Pending {
		rows = append(rows, row{bUnproven, key})
	}
	return rows
}

// proven refuses a message without the bytes of what it rests on.
func proven(m exchange.Message, evidence []exchange.Evidence) error {
	if m.Revocation == nil {
		return nil
	}
	for _, s := range m.Revocation.Said {
		if !slices.ContainsFunc(evidence, func(e exchange.Evidence) bool { return e.Digest == s.Evidence }) {
			return fmt.Errorf("bolt: message %s lacks the evidence %s", m.ID, s.Evidence)
		}
	}
	return nil
}

// genuine refuses evidence under a digest that is not its own. What is there already is not hashed again: one
// statement stands for thousands of messages.
func (v view) genuine(evidence []exchange.Evidence) error {
	for _, e := range evidence {
		if v.get(bEvidence, e.Digest[:]) == nil && sha256.Sum256(e.DER) != e.Digest {
			return fmt.Errorf("bolt: evidence does not have the digest %s", e.Digest)
		}
	}
	return nil
}

// prove writes the rows and the evidence of a message in place of old (nil for a new one).
func (g *group) prove(old *exchange.Message, m exchange.Message, evidence []exchange.Evidence) {
	var before []row
	if old != nil {
		before = signedRows(*old)
	}
	rows := signedRows(m)
	g.replaceRows(before, rows)
	g.counts[countUnproven] += int64(pending(rows) - pending(before))
	for _, e := range evidence {
		if g.get(bEvidence, e.Digest[:]) == nil {
			g.put(bEvidence, bytes.Clone(e.Digest[:]), e.DER)
		}
	}
}

func pending(rows []row) (n int) {
	for _, r := range rows {
		if r.bucket == bUnproven {
			n++
		}
	}
	return n
}

// checkProof looks at the rows and the evidence of a message.
func (c *checker) checkProof(m exchange.Message, of string) {
	rows := signedRows(m)
	for _, r := range rows {
		c.wants(r.bucket, r.key, of)
	}
	if n := pending(rows); n > 0 {
		c.counts[countUnproven] += int64(n)
	}
	if m.Revocation == nil {
		return
	}
	for _, s := range m.Revocation.Said {
		if c.get(bEvidence, s.Evidence[:]) == nil {
			c.broken("%s: the evidence %s is not there", of, s.Evidence)
		}
	}
}

func (c *checker) checkEvidence() {
	c.walk(bEvidence, func(key, der []byte) {
		if sum := sha256.Sum256(der); !bytes.Equal(key, sum[:]) {
			c.broken("evidence %x hashes to %x", key, sum)
		}
	})
}
