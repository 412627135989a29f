package directory

import (
	"container/list"
	"slices"
)

// recent are values by key, so many at most: whose turn was longest ago makes room. Its zero value is empty.
type recent[V any] struct {
	rows  map[string]*list.Element
	order list.List // newest in front
}

type recentRow[V any] struct {
	key   string
	value V
}

func (r *recent[V]) of(key string, most int) *V {
	if e, ok := r.rows[key]; ok {
		r.order.MoveToFront(e)
		return &e.Value.(*recentRow[V]).value
	}
	if r.rows == nil {
		r.rows = make(map[string]*list.Element)
	}
	for len(r.rows) >= most {
		old := r.order.Remove(r.order.Back()).(*recentRow[V])
		delete(r.rows, old.key)
	}
	row := &recentRow[V]{key: key}
	r.rows[key] = r.order.PushFront(row)
	return &row.value
}

// few is recent for so few tallies that they are looked through.
type few []*fewRow

type fewRow struct {
	key string
	tally
}

func (f *few) of(key string, most int) *tally {
	row := &fewRow{key: key}
	if i := slices.IndexFunc(*f, func(r *fewRow) bool { return r.key == key }); i >= 0 {
		row = (*f)[i]
		*f = slices.Delete(*f, i, i+1)
	}
	*f = append((*f)[max(0, len(*f)+1-most):], row)
	return &row.tally
}
