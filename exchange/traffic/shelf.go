package traffic

import "container/list"

// A shelf holds things of all agencies in the order in which they came, and keeps to its bound. Each thing stands in the
// list of its agency too, where the oldest is the oldest on the shelf.
type shelf[T any] struct {
	all *list.List // of *item[T], oldest first
}

// An item is one thing with the list of the agency that it is in.
type item[T any] struct {
	thing T
	of    *list.List    // of elements of the shelf
	at    *list.Element // in of
}

func newShelf[T any]() *shelf[T] { return &shelf[T]{all: list.New()} }

// put adds a thing to an agency's list, and takes away what is too much there and on the whole shelf.
func (s *shelf[T]) put(of *list.List, thing T) {
	x := &item[T]{thing: thing, of: of}
	x.at = of.PushBack(s.all.PushBack(x))
	if of.Len() > MaxOfAgency {
		s.remove(of.Front().Value.(*list.Element))
	}
	if s.all.Len() > maxAll {
		s.remove(s.all.Front())
	}
}

func (s *shelf[T]) remove(e *list.Element) {
	x := s.all.Remove(e).(*item[T])
	x.of.Remove(x.at)
}

// drop takes away all of an agency's.
func (s *shelf[T]) drop(of *list.List) {
	for of.Len() > 0 {
		s.remove(of.Front().Value.(*list.Element))
	}
}

func newestFirst[T any](of *list.List) []T {
	all := make([]T, 0, of.Len())
	for e := of.Back(); e != nil; e = e.Prev() {
		all = append(all, e.Value.(*list.Element).Value.(*item[T]).thing)
	}
	return all
}
