package signing

// Limits bound the work and the memory that a document can cost. Text is not
// copied, so its length is bounded by the caller's buffer alone. Beside these, the
// table of a document takes at most twice the bytes of the document, and 32 KB that
// every document has. A field that is 0 has the value of [DefaultLimits].
type Limits struct {
	Depth        int // open elements
	Attributes   int // attributes and namespace declarations of one element, at most 65,000
	Declarations int // namespace declarations in scope, and different namespaces of a document, at most 16,000
	Tokens       int // tags, texts, comments, attributes and declarations of a document
	NameBytes    int // a prefix or a local name, at most 511
	ValueBytes   int // the value of an attribute
}

// maxBytes keeps every offset in 32 bits, with room to add.
const maxBytes = 1 << 30

// What the table counts and measures has 16, 14 and 9 bits in it.
const (
	maxCount  = 65_000
	maxSpaces = 16_000
	maxName   = nameBits
)

// The table of a document may take as many bytes as so many of the document's, and
// what is free for documents that are short.
//
// No document of edXML can come near: <Fax/>, its shortest element, takes twelve
// bytes of table for its six, <Fax></Fax> sixteen for eleven, <Fax>0</Fax> twenty
// for twelve; blocks of addressees with everything in them empty take about as many
// as they have, those that are filled in less than half. What is refused by this
// bound are names of one letter, attributes of one letter, comments of none: markup
// for its own sake, and that by the ten thousand.
const (
	tableShare = 2
	freeTable  = 32 << 10
)

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
		Declarations: min(orDefault(l.Declarations, d.Declarations), maxSpaces),
		Tokens:       orDefault(l.Tokens, d.Tokens),
		NameBytes:    min(orDefault(l.NameBytes, d.NameBytes), maxName),
		ValueBytes:   orDefault(l.ValueBytes, d.ValueBytes),
	}
}

func orDefault(n, def int) int {
	if n <= 0 {
		return def
	}
	return n
}
