package bolt

import (
	"bytes"
	"context"
	"encoding/binary"

	"github.com/lienthong/lienthong/exchange"
)

// idNumber and codeNumber are the keys under which a document takes up its DocumentId, and its code in a year. Nil:
// it has none, or takes up nothing.
func idNumber(m exchange.Message) []byte {
	if !m.Numbered() || m.DocumentID == "" {
		return nil
	}
	return appendTerm(append(term(m.Sender), 'd'), m.DocumentID)
}

func codeNumber(m exchange.Message) []byte {
	if !m.Numbered() || m.Code == "" {
		return nil
	}
	key := appendTerm(append(term(m.Sender), 'c'), m.Code)
	return binary.BigEndian.AppendUint16(key, uint16(m.Date.Year()))
}

// Repeats implements store.Clocks.
func (s *Store) Repeats(ctx context.Context, m exchange.Message) (sameID, sameCode exchange.MessageID, err error) {
	err = s.view(ctx, func(v view) error {
		sameID, sameCode = v.repeats(m)
		return nil
	})
	return sameID, sameCode, err
}

func (v view) repeats(m exchange.Message) (sameID, sameCode exchange.MessageID) {
	return v.numbered(idNumber(m)), v.numbered(codeNumber(m))
}

func (v view) numbered(key []byte) exchange.MessageID {
	if key == nil {
		return ""
	}
	id := v.get(bNumbers, key)
	if id == nil {
		return ""
	}
	return keyID[exchange.MessageID](id)
}

// number takes up what the message carries: the newest of a number is the one that the next is a repeat of.
func (g *group) number(m exchange.Message) {
	key, _ := idKey(m.ID)
	for _, n := range [][]byte{idNumber(m), codeNumber(m)} {
		if n != nil {
			g.put(bNumbers, n, key)
		}
	}
}

// checkNumbers looks whether each number of the message is taken up, by it or by a newer one.
func (c *checker) checkNumbers(m exchange.Message) {
	for _, n := range [][]byte{idNumber(m), codeNumber(m)} {
		if n == nil {
			continue
		}
		newest, _, err := c.message(c.numbered(n))
		if err != nil || newest.AcceptedAt.Before(m.AcceptedAt) {
			c.broken("message %s: its number %x is taken up by %s (%v)", m.ID, n, newest.ID, err)
		}
	}
}

// checkNumberRows finds numbers that the message they name does not carry.
func (c *checker) checkNumberRows() {
	c.walk(bNumbers, func(key, id []byte) {
		m, _, err := c.message(keyID[exchange.MessageID](id))
		if err != nil || !bytes.Equal(key, idNumber(m)) && !bytes.Equal(key, codeNumber(m)) {
			c.broken("numbers: %x names message %s, which does not carry it (%v)", key, m.ID, err)
		}
	})
}
