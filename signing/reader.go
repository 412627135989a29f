package signing

import (
	"bytes"
	"fmt"
)

// A reader makes the table of one document in one pass. Its methods advance
// pos; what they refuse ends the reading.
type reader struct {
	doc   *Document
	raw   []byte
	pos   int
	lim   Limits
	open  []uint32      // open elements, root first
	attrs []attribute   // of the tag that is being read
	scope []declaration // namespace declarations in scope, innermost last
	marks []int         // len(scope) before each open element
	value []byte        // of an attribute, as XML means it: scratch
	spent int           // of lim.Tokens
	most  int           // bytes of the table
}

// Read makes the table of a document. It keeps raw, which nobody may change as
// long as the Document is used. Every error is an [*Error]; the reader accepts
// nothing that is not well-formed, and less than that: see the package comment.
func Read(raw []byte, lim Limits) (*Document, error) {
	r := &reader{raw: raw, lim: lim.orDefault(), attrs: make([]attribute, 0, 8), value: make([]byte, 0, 128), most: freeTable + tableShare*len(raw)}
	if len(raw) > maxBytes {
		return nil, r.exceeds(0, maxBytes, "bytes in the document")
	}
	r.doc = &Document{raw: raw, spaces: append(make([]string, 0, 16), "", xmlURI)}
	if err := r.document(); err != nil {
		return nil, err
	}
	return r.doc, nil
}

func (r *reader) refuse(at int, why, format string, args ...any) *Error {
	e := &Error{Why: why, Line: lineOf(r.raw, at), Detail: fmt.Sprintf(format, args...)}
	if len(r.open) > 0 {
		// Positions among siblings need a finished table; names do for a place
		// that the line already gives.
		var path []byte
		for _, i := range r.open {
			path = append(append(path, '/'), r.doc.elemLocal(i)...)
		}
		e.Path = string(path)
	}
	return e
}

// exceeds refuses more of something than a limit allows.
func (r *reader) exceeds(at, limit int, what string) *Error {
	e := r.refuse(at, WhyLimit, "more than %d %s", limit, what)
	e.Limit = limit
	return e
}

// spend counts what goes into the table.
func (r *reader) spend(n int) error {
	if r.spent += n; r.spent > r.lim.Tokens {
		return r.exceeds(r.pos, r.lim.Tokens, "tags, texts and attributes in the document")
	}
	if r.doc.table.bytes() > r.most {
		return r.exceeds(r.pos, r.most, "bytes in the table of so short a document's tags, texts and attributes")
	}
	return nil
}

func (r *reader) document() error {
	if err := r.prolog(); err != nil {
		return err
	}
	for r.pos < len(r.raw) {
		if err := r.next(); err != nil {
			return err
		}
	}
	if len(r.open) > 0 {
		return r.refuse(len(r.raw), WhySyntax, "the document ends inside an element")
	}
	if r.doc.table.n == 0 {
		return r.refuse(len(r.raw), WhySyntax, "there is no element")
	}
	return nil
}

// next takes one token.
func (r *reader) next() error {
	switch {
	case r.raw[r.pos] != '<':
		return r.text()
	case r.has("</"):
		return r.endTag()
	case r.has("<!--"):
		return r.comment()
	case r.has("<![CDATA["):
		return r.cdata()
	case r.has("<!"):
		return r.refuse(r.pos, WhyDTD, "declarations are not allowed")
	case r.has("<?"):
		return r.refuse(r.pos, WhyPI, "processing instructions are not allowed")
	}
	return r.startTag()
}

func (r *reader) has(s string) bool {
	return len(r.raw)-r.pos >= len(s) && string(r.raw[r.pos:r.pos+len(s)]) == s
}

// add puts a token from start to pos into the table.
func (r *reader) add(start int, flags uint32) error {
	r.doc.table.add(uint32(start) | flags<<offsetLen)
	r.doc.end = uint32(r.pos)
	return r.spend(1)
}

// text takes a run of character data up to the next markup.
func (r *reader) text() error {
	if len(r.open) == 0 {
		return r.outside()
	}
	start, flags := r.pos, uint8(0)
	for {
		end, cr := nextText(r.raw, r.pos)
		if r.pos = end; cr {
			flags |= hasCR
		}
		if r.pos == len(r.raw) || r.raw[r.pos] == '<' {
			return r.add(start, textFlag(flags))
		}
		f, err := r.textByte()
		if err != nil {
			return err
		}
		end, more := denseText(r.raw, r.pos)
		r.pos, flags = end, flags|f|more
	}
}

// textByte takes the unusual character at pos.
func (r *reader) textByte() (flags uint8, err error) {
	switch c := r.raw[r.pos]; {
	case c == '\r':
		flags = hasCR
	case c == '>':
		if endsCDATA(r.raw, r.pos) {
			return 0, r.refuse(r.pos, WhySyntax, "]]> in text")
		}
		flags = hasGreater
	case c == '&':
		_, n, ok := decodeReference(r.raw[r.pos:])
		if !ok {
			return 0, r.refuse(r.pos, WhySyntax, "a reference that is neither a predefined entity nor a character")
		}
		r.pos += n
		return hasReference, nil
	case c < 0x20:
		return 0, r.refuse(r.pos, WhySyntax, "control character %#x", c)
	default:
		end, ok := skipUnicode(r.raw, r.pos)
		if r.pos = end; !ok {
			return 0, r.notUTF8(end)
		}
		return 0, nil
	}
	r.pos++
	return flags, nil
}

// outside skips white space before and after the root.
func (r *reader) outside() error {
	for ; r.pos < len(r.raw) && r.raw[r.pos] != '<'; r.pos++ {
		if !isSpace(r.raw[r.pos]) {
			return r.refuse(r.pos, WhyOutsideRoot, "something other than white space and comments outside the root")
		}
	}
	return nil
}

func (r *reader) comment() error {
	start := r.pos
	body := r.raw[start+len("<!--"):]
	n := bytes.Index(body, []byte("--"))
	if n < 0 {
		return r.refuse(start, WhySyntax, "a comment does not end")
	}
	if n+2 >= len(body) || body[n+2] != '>' {
		return r.refuse(start, WhySyntax, "two hyphens in a comment")
	}
	if bad := badChar(body[:n]); bad >= 0 {
		return r.badChar(start + len("<!--") + bad)
	}
	r.pos = start + len("<!--") + n + len("-->")
	if len(r.open) == 0 {
		return r.spend(1) // nothing hashes or reads it
	}
	return r.add(start, 0)
}

func (r *reader) cdata() error {
	start := r.pos
	if len(r.open) == 0 {
		return r.refuse(start, WhyOutsideRoot, "a CDATA section outside the root")
	}
	body := r.raw[start+len("<![CDATA["):]
	n := bytes.Index(body, []byte("]]>"))
	if n < 0 {
		return r.refuse(start, WhySyntax, "a CDATA section does not end")
	}
	if bad := badChar(body[:n]); bad >= 0 {
		return r.badChar(start + len("<![CDATA[") + bad)
	}
	r.pos = start + len("<![CDATA[") + n + len("]]>")
	returns := uint32(0)
	if bytes.IndexByte(body[:n], '\r') >= 0 {
		returns = 1
	}
	return r.add(start, returns)
}

func (r *reader) badChar(at int) error {
	if c := r.raw[at]; c < 0x80 {
		return r.refuse(at, WhySyntax, "control character %#x", c)
	}
	return r.notUTF8(at)
}

func (r *reader) notUTF8(at int) error {
	return r.refuse(at, WhyEncoding, "byte %#x does not begin a character of XML in UTF-8", r.raw[at])
}
