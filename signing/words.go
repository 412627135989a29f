package signing

// words is the table of a document, as small as it can be: a row of words of 32
// bits, in blocks that stay where they are, so that growing copies nothing. What
// is between the tags decides how many bytes a document may cost, so every token
// takes as few words as can be:
//
//	a text, comment, CDATA section, end tag   1: its offset, and two flags
//	a start tag                               3: the same, the index of the end tag, the name
//	  if it has attributes or declarations    1: how many of each
//	  each attribute                          4: name, value, end of the value, what is noted of the name
//	  each declaration                        2: prefix, what is noted of it
//
// What a token is stands in the buffer where it begins; it ends where the next one
// begins; and <name/> is its own end tag.
type words struct {
	blocks []*[blockWords]uint32
	last   *[blockWords]uint32
	n      uint32
}

const (
	blockBits  = 11
	blockWords = 1 << blockBits

	startWords       = 3
	attributeWords   = 4
	declarationWords = 2

	offsetLen  = 30
	offsetBits = 1<<offsetLen - 1
	nameLen    = 9
	nameBits   = 1<<nameLen - 1
	spaceLen   = 32 - 2*nameLen
	spaceBits  = 1<<spaceLen - 1
)

// Flags of a start tag; an end tag has the first.
const (
	plainTag = 1 << iota // exact
	richTag              // it has attributes or declarations
)

// textFlags are what the two flags of a text say. What can be in it beside a CR is
// told apart only if it is alone.
var textFlags = [4]uint8{0, hasCR, hasGreater, hasReference | hasCR | hasGreater}

func textFlag(flags uint8) uint32 {
	switch flags & hasSpecial {
	case 0:
		return 0
	case hasCR:
		return 1
	case hasGreater:
		return 2
	}
	return 3
}

func (w *words) at(i uint32) uint32 { return w.blocks[i>>blockBits][i&(blockWords-1)] }

func (w *words) set(i, v uint32) { w.blocks[i>>blockBits][i&(blockWords-1)] = v }

func (w *words) add(v uint32) {
	if w.n&(blockWords-1) == 0 {
		w.last = new([blockWords]uint32)
		w.blocks = append(w.blocks, w.last)
	}
	w.last[w.n&(blockWords-1)] = v
	w.n++
}

// bytes is what the words take.
func (w *words) bytes() int { return 4 * int(w.n) }

func (q qualified) pack() uint32 {
	return uint32(q.prefixLen)<<(nameLen+spaceLen) | uint32(q.localLen)<<spaceLen | uint32(q.space)
}

func unpack(w uint32) qualified {
	return qualified{uint16(w >> (nameLen + spaceLen)), uint16(w >> spaceLen & nameBits), uint16(w & spaceBits)}
}

// attributes are the index of an element's first attribute, and how many it has.
func (d *Document) attributesOf(i uint32) (first, n uint32) {
	if d.table.at(i)>>offsetLen&richTag == 0 {
		return 0, 0
	}
	return i + startWords + 1, d.table.at(i+startWords) >> 16
}

// attributeAt decodes the attribute at an index.
func (d *Document) attributeAt(n uint32) attribute {
	name, value := d.table.at(n), d.table.at(n+1)
	flags := uint8(name>>offsetLen) | uint8(value>>offsetLen)*hasSpace
	return attribute{name & offsetBits, value & offsetBits, d.table.at(n + 2), unpack(d.table.at(n + 3)), flags}
}

func (w *words) addAttribute(a *attribute) {
	w.add(a.name | uint32(a.flags&(hasReference|hasCR))<<offsetLen)
	w.add(a.value | uint32(a.flags&(hasSpace|hasQuote)/hasSpace)<<offsetLen)
	w.add(a.valueEnd)
	w.add(a.pack())
}

// attrsOf appends an element's attributes.
func (d *Document) attrsOf(list []attribute, i uint32) []attribute {
	first, n := d.attributesOf(i)
	for k := range n {
		list = append(list, d.attributeAt(first+k*attributeWords))
	}
	return list
}

// declsOf appends what an element declares.
func (d *Document) declsOf(list []declaration, i uint32) []declaration {
	if d.table.at(i)>>offsetLen&richTag == 0 {
		return list
	}
	counts := d.table.at(i + startWords)
	at := i + startWords + 1 + counts>>16*attributeWords
	for k := range counts & 0xFFFF {
		q := unpack(d.table.at(at + k*declarationWords + 1))
		list = append(list, declaration{d.table.at(at + k*declarationWords), q.prefixLen, q.space})
	}
	return list
}

func (w *words) addDeclaration(n declaration) {
	w.add(n.prefix)
	w.add(qualified{prefixLen: n.prefixLen, space: n.space}.pack())
}
