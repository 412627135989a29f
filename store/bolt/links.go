package bolt

import (
	"bytes"
	"context"

	"github.com/lienthong/lienthong/exchange"
)

func linkKey(earlier exchange.MessageID, entry int64, later []byte) []byte {
	key, _ := idKey(earlier)
	return append(append(bytes.Clone(key), uintKey(entry)...), later...)
}

// indexLinks leads from the earlier messages to m, and shows m in their history.
func (g *group) indexLinks(m exchange.Message, key []byte) {
	for _, l := range m.About {
		earlier, _ := idKey(l.Message)
		g.put(bLinks, linkKey(l.Message, m.Entry, key), []byte(l.Relation))
		g.put(bMessageLog, append(bytes.Clone(earlier), uintKey(m.Entry)...), nil)
	}
}

// Linked implements store.Messages.
func (s *Store) Linked(ctx context.Context, id exchange.MessageID, limit int) (links []exchange.Link, err error) {
	err = s.view(ctx, func(v view) error {
		all, err := v.linked(id, "", limit)
		links = nil
		for _, l := range all {
			links = append(links, l.link)
		}
		return err
	})
	return links, err
}

// A successor is a later message and its link to an earlier one, with its own id in place of that one's.
type successor struct {
	message exchange.Message
	link    exchange.Link
}

// linked lists what acts on a message, only by one relation if one is given.
func (v view) linked(id exchange.MessageID, by exchange.Relation, limit int) (list []successor, err error) {
	earlier, ok := idKey(id)
	if !ok {
		return nil, nil
	}
	v.each(bLinks, earlier, func(key, relation []byte) bool {
		if by != "" && string(relation) != string(by) {
			return true
		}
		var m exchange.Message
		m, _, err = v.message(keyID[exchange.MessageID](key[idSize+8:]))
		for _, l := range m.About {
			if l.Message == id {
				list = append(list, successor{m, exchange.Link{Message: m.ID, Relation: l.Relation, For: l.For, Of: l.Of}})
			}
		}
		return err == nil && len(list) < limit
	})
	return list, err
}

// allLinks is a limit that is none.
const allLinks = 1 << 30
