package directory

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// An act is what one change of an agency leaves in the log. Codes and ids go into the entry, everything else into text.
type act struct {
	typ  translog.Type
	kind string            // what was done, as a word: "put", "key-issued", …
	code string            // id of the key, where it is about one
	cert string            // fingerprint of the certificate, where it is about one
	text map[string]string // erasable: names, addresses, reasons

	successors []string // of an agency that is closed
}

// errUnchanged ends a change that would write what is there already.
var errUnchanged = errors.New("directory: nothing to change")

// attempts is how often a change is tried against other nodes that change the same agency.
const attempts = 3

// change applies one act to one agency, compare-and-swap. edit gets a copy whose slices it must not write into, and is
// called again on the newer state if another node was faster.
func (d *Directory) change(ctx context.Context, by exchange.Caller, id exchange.AgencyID, edit func(s *snapshot, a *exchange.Agency) (act, error)) error {
	d.acts.Lock()
	defer d.acts.Unlock()
	for try := 1; ; try++ {
		err := d.tryChange(ctx, by, id, edit)
		if errors.Is(err, errUnchanged) {
			return nil
		}
		if !d.again(ctx, err, try) {
			return err
		}
	}
}

// again reports whether a try failed only because another node had changed the directory, which is read now.
func (d *Directory) again(ctx context.Context, err error, try int) bool {
	return errors.Is(err, exchange.Conflict) && try < attempts && d.refreshed(ctx)
}

func (d *Directory) tryChange(ctx context.Context, by exchange.Caller, id exchange.AgencyID, edit func(*snapshot, *exchange.Agency) (act, error)) error {
	s := d.current.Load()
	a, ok := s.agencies[id]
	if !ok {
		a = exchange.Agency{ID: id}
	}
	what, err := edit(s, &a)
	if err != nil {
		return err
	}
	text, err := side(what.text)
	if err != nil {
		return err
	}
	if _, err := d.store.PutAgency(ctx, a, d.entry(by, id, what), text); err != nil {
		return err
	}
	return d.written(ctx)
}

// written shows what the store has now. It does not end with the caller: a key revoked on disk must not go on opening
// the hub because whoever revoked it has hung up.
func (d *Directory) written(ctx context.Context) error { return d.refresh(context.WithoutCancel(ctx)) }

// refreshed reports whether others had changed anything.
func (d *Directory) refreshed(ctx context.Context) bool {
	before := d.current.Load().version
	return d.refresh(ctx) == nil && d.current.Load().version != before
}

func (d *Directory) entry(by exchange.Caller, id exchange.AgencyID, w act) translog.Entry {
	return translog.Entry{V: translog.Schema, Time: d.clock().UTC(), Type: w.typ, Actor: cmp.Or(by.Actor(), "hub"),
		Credential: by.Credential, Addressee: string(id), Kind: w.kind, Code: w.code, Cert: w.cert, Successors: w.successors}
}

func side(text map[string]string) (*translog.Side, error) {
	for k, v := range text {
		if v == "" {
			delete(text, k)
		}
	}
	if len(text) == 0 {
		return nil, nil
	}
	s, err := translog.NewSide(rand.Reader, text)
	return &s, err
}

// operator refuses everybody else: what an agency is, no agency says itself.
func operator(by exchange.Caller) error {
	if by.Operator == "" {
		return &exchange.Error{Kind: exchange.Forbidden, Detail: "only an operator changes the directory",
			VI: "Chỉ người vận hành được sửa danh bạ."}
	}
	return nil
}

// administrator refuses everybody but operators and who administers that very agency.
func administrator(by exchange.Caller, id exchange.AgencyID) error {
	if by.Operator != "" || id != "" && by.Administers == id {
		return nil
	}
	return &exchange.Error{Kind: exchange.Forbidden, Detail: "only an operator or the agency's administrator does this",
		VI: "Chỉ người vận hành hoặc quản trị của chính đơn vị được làm việc này."}
}

// existing refuses an act about an agency that is not there.
func existing(a *exchange.Agency) error {
	if a.Version == 0 {
		return &exchange.Error{Kind: exchange.NotFound, Detail: "no agency " + string(a.ID), VI: "Không có đơn vị " + string(a.ID) + "."}
	}
	return nil
}
