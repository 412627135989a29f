package console

import (
	"github.com/lienthong/lienthong/exchange"
)

// mostRelated is how many other documents one page points to.
const mostRelated = 20

// related points to the documents that have to do with one: what it recalls, updates or replaces, and what does so to it.
// A status that recalls is told by the state of the recall.
func (c *console) related(v *visit, view exchange.View, path string) (all []band, err error) {
	for _, side := range []struct {
		key   string
		links []exchange.Link
	}{{"about.", view.Message.About}, {"by.", view.By}} {
		for _, l := range side.links {
			if len(all) == mostRelated {
				return all, nil
			}
			b, err := c.relation(v, side.key, l, path)
			if err != nil {
				return all, err
			}
			if b != nil {
				all = append(all, *b)
			}
		}
	}
	return all, nil
}

func (c *console) relation(v *visit, key string, l exchange.Link, path string) (*band, error) {
	other, err := c.Hub.Document(v.ctx(), v.caller, l.Message)
	if exchange.KindOf(err) == exchange.NotFound || err == nil && other.Message.Class != exchange.ClassDocument {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := other.Message
	return &band{label: label{Icon: "arrows-exchange", Tone: "blue", Text: v.words.text("related." + key + string(l.Relation))},
		Detail: m.Code + " " + m.Subject, Address: path + string(m.ID), Link: v.words.text("related.open")}, nil
}
