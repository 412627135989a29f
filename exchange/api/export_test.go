package api

import "reflect"

// ListsOf is a bound of so many answers, of which one agency has at most each.
func ListsOf(size, each int64) *Lists { return &Lists{shares{size: size, each: each}} }

// Misfit is what a body of JSON is refused with where T is wanted; nil where it fits.
func Misfit[T any](body string) error {
	if err := exact([]byte(body), reflect.TypeFor[T]()); err != nil {
		return malformed([]byte(body), err)
	}
	return nil
}
