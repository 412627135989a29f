package signing

// Limits bound the work and the memory that a document can cost. The table of
// a document takes at most about 36 bytes per token; text is not copied, so its
// length is bounded by the caller's buffer alone. A field that is 0 has the
// value of [DefaultLimits].
type Limits struct {
	Depth        int // open elements
	Attributes   int // attributes and namespace declarations of one element, at most 65,000
	Declarations int // namespace declarations in scope, and different namespaces of a document, at most 65,000
	Tokens       int // tags, texts, comments, attributes and declarations of a document
	NameBytes    int // a prefix or a local name, at most 65,000
	ValueBytes   int // the value of an attribute
}

// maxBytes keeps every offset in 32 bits, with room to add.
const maxBytes = 1 << 30

// maxCount keeps what the table counts in 16 bits, with room to add.
const maxCount = 65_000

// DefaultLimits are far above what the documents of the field need (depth 8,
// 9 attributes, 6 declarations) and leave room for 10,000 addressees with full
// address blocks.
func DefaultLimits() Limits {
	return Limits{
		Depth:        32,
		Attributes:   32,
		Declarations: 32,
		Tokens:       500_000,
		NameBytes:    256,
		ValueBytes:   8 << 10,
	}
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	return Limits{
		Depth:        orDefault(l.Depth, d.Depth),
		Attributes:   min(orDefault(l.Attributes, d.Attributes), maxCount),
		Declarations: min(orDefault(l.Declarations, d.Declarations), maxCount),
		Tokens:       orDefault(l.Tokens, d.Tokens),
		NameBytes:    min(orDefault(l.NameBytes, d.NameBytes), maxCount),
		ValueBytes:   orDefault(l.ValueBytes, d.ValueBytes),
	}
}

func orDefault(n, def int) int {
	if n <= 0 {
		return def
	}
	return n
}
