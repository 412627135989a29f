package api

// ListsOf is a bound of so many answers, of which one agency has at most each.
func ListsOf(size, each int64) *Lists { return &Lists{shares{size: size, each: each}} }
