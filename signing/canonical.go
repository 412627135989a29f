package signing

import (
	"bytes"
	"hash"
	"slices"
	"strings"
)

// A canonicalForm is one of the ways to write XML as bytes for a hash.
type canonicalForm struct {
	exclusive bool
	comments  bool
	version11 bool     // C14N 1.1: differs from 1.0 in what an apex inherits of xml
	prefixes  []string // PrefixList of exclusive C14N; "" stands for #default
	misspelt  bool     // named by the URI of the published samples that does not exist
}

// A canonicaliser streams one subtree of a document.
type canonicaliser struct {
	canonicalForm
	doc      *Document
	out      sink
	apex     uint32
	skip     uint32        // the subtree to leave out, 0 for none
	scope    []declaration // what is declared here, ancestors of the apex included
	rendered []declaration // what the output has declared
	marks    []mark        // where both stood before each open element
	order    []uint32      // scratch: attributes of one element, to be sorted
	base     uint32        // the attribute that is written as baseURI
	baseURI  string        // xml:base of the apex where it is joined from several, else ""
}

type mark struct{ scope, rendered int }

// canonical writes the canonical form of the subtree at apex, without the
// subtree at skip, to h. A refusal concerns what C14N 1.1 would make of xml:base.
func (d *Document) canonical(h hash.Hash, form canonicalForm, apex, skip uint32) error {
	c := &canonicaliser{canonicalForm: form, doc: d, apex: apex, skip: skip}
	c.out = sink{hash: h, buf: make([]byte, 0, sinkBytes)}
	if err := c.inherit(); err != nil {
		return err
	}
	e := &d.elems[apex]
	for i := e.open; i <= e.close; i++ {
		t := &d.tokens[i]
		if skip != 0 && t.elem == skip && t.kind == startTag {
			i = d.elems[skip].close
			continue
		}
		c.token(t)
	}
	c.out.flush()
	return nil
}

func (c *canonicaliser) token(t *token) {
	switch t.kind {
	case startTag:
		c.start(t)
	case endTag:
		c.end(t)
	case comment:
		if c.comments {
			c.out.lines(c.doc.raw[t.start:t.end])
		}
	default:
		c.out.text(c.doc.body(t), t)
	}
}

func (c *canonicaliser) start(t *token) {
	e := &c.doc.elems[t.elem]
	from := len(c.rendered)
	c.marks = append(c.marks, mark{len(c.scope), from})
	c.scope = append(c.scope, c.doc.declsOf(e)...)
	if c.exclusive {
		c.renderUsed(e)
	} else {
		c.renderDeclared(e, t.elem == c.apex)
	}
	// order is empty here but for the apex, which has its inherited attributes in it.
	if t.flags&exact != 0 && len(c.rendered) == from && len(c.order) == 0 {
		c.out.write(c.doc.raw[t.start:t.end])
		return
	}
	c.tag(e, c.rendered[from:])
}

// tag writes a start tag with the given namespace declarations.
func (c *canonicaliser) tag(e *element, declared []declaration) {
	c.out.byte('<')
	c.out.write(c.doc.elemName(e))
	slices.SortFunc(declared, func(a, b declaration) int {
		return bytes.Compare(c.doc.declPrefix(&a), c.doc.declPrefix(&b))
	})
	for i := range declared {
		c.out.string(" xmlns")
		if p := c.doc.declPrefix(&declared[i]); len(p) > 0 {
			c.out.byte(':')
			c.out.write(p)
		}
		c.out.string(`="`)
		c.out.value(c.doc.spaces[declared[i].space])
		c.out.byte('"')
	}
	for n := range uint32(e.attrs) {
		c.order = append(c.order, e.attr+n)
	}
	if len(c.order) > 1 {
		slices.SortFunc(c.order, c.compareAttrs)
	}
	for _, n := range c.order {
		c.attr(n)
	}
	c.order = c.order[:0]
	c.out.byte('>')
}

func (c *canonicaliser) compareAttrs(x, y uint32) int {
	a, b := &c.doc.attrs[x], &c.doc.attrs[y]
	if a.space != b.space {
		return strings.Compare(c.doc.spaces[a.space], c.doc.spaces[b.space])
	}
	return bytes.Compare(c.doc.attrLocal(a), c.doc.attrLocal(b))
}

func (c *canonicaliser) attr(n uint32) {
	a := &c.doc.attrs[n]
	c.out.byte(' ')
	c.out.write(c.doc.attrName(a))
	c.out.string(`="`)
	switch {
	case n == c.base && c.baseURI != "":
		c.out.value(c.baseURI)
	case a.flags&(hasReference|hasCR|hasSpace|hasQuote) == 0:
		c.out.write(c.doc.raw[a.value:a.valueEnd])
	default:
		c.out.rawValue(c.doc.raw[a.value:a.valueEnd])
	}
	c.out.byte('"')
}

func (c *canonicaliser) end(t *token) {
	last := len(c.marks) - 1
	c.scope, c.rendered = c.scope[:c.marks[last].scope], c.rendered[:c.marks[last].rendered]
	c.marks = c.marks[:last]
	if t.flags&exact != 0 {
		c.out.write(c.doc.raw[t.start:t.end])
		return
	}
	c.out.string("</")
	c.out.write(c.doc.elemName(&c.doc.elems[t.elem]))
	c.out.byte('>')
}

// renderDeclared is the inclusive rule: what an element declares is written
// unless the output says so already; the apex declares all that is in scope.
func (c *canonicaliser) renderDeclared(e *element, apex bool) {
	declared := c.doc.declsOf(e)
	if apex {
		declared = c.scope
	}
	for i := range declared {
		c.render(c.doc.declPrefix(&declared[i]))
	}
}

// renderUsed is the exclusive rule: a prefix is declared where it is used, or
// listed, unless the output says so already.
func (c *canonicaliser) renderUsed(e *element) {
	c.render(c.doc.elemPrefix(e))
	attrs := c.doc.attrsOf(e)
	for i := range attrs {
		if attrs[i].prefixLen > 0 {
			c.render(c.doc.attrPrefix(&attrs[i]))
		}
	}
	c.renderListed(e)
}

// renderListed: a listed prefix means in the output what it means in the
// document, so that after the apex only an element that declares it changes that.
func (c *canonicaliser) renderListed(e *element) {
	if e.open == c.doc.elems[c.apex].open {
		for _, p := range c.prefixes {
			c.render([]byte(p))
		}
		return
	}
	declared := c.doc.declsOf(e)
	for i := range declared {
		p := c.doc.declPrefix(&declared[i])
		if slices.ContainsFunc(c.prefixes, func(listed string) bool { return listed == string(p) }) {
			c.render(p)
		}
	}
}

// render notes that a prefix must be declared here, if its meaning in the
// document differs from its meaning in the output.
func (c *canonicaliser) render(prefix []byte) {
	if string(prefix) == "xml" {
		return // everybody knows it
	}
	if means := c.lookup(c.scope, prefix); means.space != c.lookup(c.rendered, prefix).space {
		c.rendered = append(c.rendered, means)
	}
}

// lookup finds what a prefix means; undeclared, it is the zero declaration, that
// of no namespace.
func (c *canonicaliser) lookup(stack []declaration, prefix []byte) declaration {
	for i := len(stack) - 1; i >= 0; i-- {
		if bytes.Equal(c.doc.declPrefix(&stack[i]), prefix) {
			return stack[i]
		}
	}
	return declaration{}
}
