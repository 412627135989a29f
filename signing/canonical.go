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
	marks    []mark        // the open elements, and where both stood before each
	attrs    []attribute   // scratch: those of one element
	above    []attribute   // of xml, that the apex inherits
	base     uint32        // where the value of the attribute is that is written as baseURI
	baseURI  string        // xml:base of the apex where it is joined from several, else ""
}

type mark struct {
	elem            uint32
	scope, rendered int
}

// canonical writes the canonical form of the subtree at apex, without the
// subtree at skip, to h. A refusal concerns what C14N 1.1 would make of xml:base.
func (d *Document) canonical(h hash.Hash, form canonicalForm, apex, skip uint32) error {
	c := &canonicaliser{canonicalForm: form, doc: d, apex: apex, skip: skip, attrs: make([]attribute, 0, 8)}
	c.out = sink{hash: h, buf: make([]byte, 0, sinkBytes)}
	if err := c.inherit(); err != nil {
		return err
	}
	for i, end := apex, d.after(apex); i < end; {
		if skip != 0 && i == skip {
			i = d.after(skip)
			continue
		}
		i = c.token(i)
	}
	c.out.flush()
	return nil
}

// token writes a token and returns the next one.
func (c *canonicaliser) token(i uint32) (next uint32) {
	t := c.doc.token(i)
	switch t.kind {
	case startTag:
		c.start(i, &t)
		if c.doc.isEmpty(i) {
			c.end(&token{kind: endTag})
		}
	case endTag:
		c.end(&t)
	case comment:
		if c.comments {
			c.out.lines(c.doc.raw[t.start:t.end])
		}
	default:
		c.out.text(c.doc.body(&t), &t)
	}
	return t.next
}

func (c *canonicaliser) start(i uint32, t *token) {
	from, inherited := len(c.rendered), len(c.scope)
	c.marks = append(c.marks, mark{i, inherited, from})
	c.scope = c.doc.declsOf(c.scope, i)
	c.attrs = c.doc.attrsOf(c.attrs[:0], i)
	switch {
	case c.exclusive:
		c.renderUsed(i, c.scope[inherited:])
	case i == c.apex:
		c.renderDeclared(c.scope)
	default:
		c.renderDeclared(c.scope[inherited:])
	}
	if i == c.apex {
		c.attrs = append(c.attrs, c.above...)
	}
	if t.flags&exact != 0 && len(c.rendered) == from && len(c.attrs) == 0 {
		c.out.write(c.doc.raw[t.start:t.end])
		return
	}
	c.tag(i, c.rendered[from:])
}

// tag writes a start tag with the given namespace declarations.
func (c *canonicaliser) tag(i uint32, declared []declaration) {
	c.out.byte('<')
	c.out.write(c.doc.elemName(i))
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
	if len(c.attrs) > 1 {
		slices.SortFunc(c.attrs, c.compareAttrs)
	}
	for i := range c.attrs {
		c.attr(&c.attrs[i])
	}
	c.out.byte('>')
}

func (c *canonicaliser) compareAttrs(a, b attribute) int {
	if a.space != b.space {
		return strings.Compare(c.doc.spaces[a.space], c.doc.spaces[b.space])
	}
	return bytes.Compare(c.doc.attrLocal(&a), c.doc.attrLocal(&b))
}

func (c *canonicaliser) attr(a *attribute) {
	c.out.byte(' ')
	c.out.write(c.doc.attrName(a))
	c.out.string(`="`)
	switch {
	case a.value == c.base && c.baseURI != "":
		c.out.value(c.baseURI)
	case a.flags&(hasReference|hasCR|hasSpace|hasQuote) == 0:
		c.out.write(c.doc.raw[a.value:a.valueEnd])
	default:
		c.out.rawValue(c.doc.raw[a.value:a.valueEnd])
	}
	c.out.byte('"')
}

func (c *canonicaliser) end(t *token) {
	last := c.marks[len(c.marks)-1]
	c.scope, c.rendered = c.scope[:last.scope], c.rendered[:last.rendered]
	c.marks = c.marks[:len(c.marks)-1]
	if t.flags&exact != 0 {
		c.out.write(c.doc.raw[t.start:t.end])
		return
	}
	c.out.string("</")
	c.out.write(c.doc.elemName(last.elem))
	c.out.byte('>')
}

// renderDeclared is the inclusive rule: what an element declares is written
// unless the output says so already; the apex declares all that is in scope.
func (c *canonicaliser) renderDeclared(declared []declaration) {
	for i := range declared {
		c.render(c.doc.declPrefix(&declared[i]))
	}
}

// renderUsed is the exclusive rule: a prefix is declared where it is used, or
// listed, unless the output says so already.
func (c *canonicaliser) renderUsed(i uint32, declared []declaration) {
	c.render(c.doc.elemPrefix(i))
	for n := range c.attrs {
		if c.attrs[n].prefixLen > 0 {
			c.render(c.doc.attrPrefix(&c.attrs[n]))
		}
	}
	c.renderListed(i == c.apex, declared)
}

// renderListed: a listed prefix means in the output what it means in the
// document, so that after the apex only an element that declares it changes that.
func (c *canonicaliser) renderListed(apex bool, declared []declaration) {
	if apex {
		for _, p := range c.prefixes {
			c.render([]byte(p))
		}
		return
	}
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
