package api

import (
	"context"
	"time"
)

// Lists bounds how many answers that list things are being made or written at the same time: each lies in memory as a
// whole until its caller has read it. One agency has at most half of them. It is safe for concurrent use.
type Lists struct {
	places shares
}

// NewLists returns a bound of so many answers.
func NewLists(n int64) *Lists {
	return &Lists{shares{size: n, each: (n + 1) / 2}}
}

const (
	defaultLists = 32
	// listPatience is for answers that end soon, as most do; beyond it the caller is better off knowing.
	listPatience = 3 * time.Second
)

// enter waits a little for a place, or refuses with TooMany or Busy. It is given back by calling leave, once; a caller who
// does not read its answer is cut off by the deadline of writing.
func (l *Lists) enter(ctx context.Context, who string) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, listPatience)
	defer cancel()
	leave, lacks := l.places.wait(ctx, who, 1)
	switch lacks {
	case ofOwn:
		return nil, busy(lacks, "you are reading too many lists at the same time", "Đơn vị đang đọc quá nhiều danh sách cùng lúc.")
	case ofAll:
		return nil, busy(lacks, "too many lists are being read just now", "Trục đang trả quá nhiều danh sách cùng lúc.")
	}
	return leave, nil
}

// handleList is the way of a route whose answer can be long.
func (a *api) handleList(c *call, r route) error {
	leave, err := a.Lists.enter(c.ctx(), string(c.who.Agency))
	if err != nil {
		return err
	}
	defer leave()
	return r.handle(a, c)
}
