package directory

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strconv"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Limits of one import.
const (
	maxImport = 32 << 20 // bytes
	MaxRows   = 100_000  // of one file
)

// A Report is what an import did, or would do.
type Report struct {
	Rows      int       `json:"rows"`
	Added     int       `json:"added"`
	Changed   int       `json:"changed"`
	Unchanged int       `json:"unchanged"`
	Mistakes  []Mistake `json:"mistakes,omitempty"` // all of them; with one nothing is written
	Dry       bool      `json:"dry,omitempty"`
	Basis     Basis     `json:"-"`

	// Kinds counts the differences by their kind.
	Kinds map[DifferenceKind]int `json:"kinds,omitempty"`
	// Differences are the first of them, at most MaxDifferences, in the order of the file.
	Differences []Difference `json:"differences,omitempty"`
}

// Import reads agencies from CSV and writes them all in one step, or none. The header names the columns: id, name and
// level are mandatory; parent, channel, aliases (codes with blanks or "|" between), gateway and sends_for may be left
// out, and then stay as they are. Fields are separated by commas, or by semicolons if the header has them. Parents may
// stand anywhere in the file. Agencies that are not in the file stay; the same file again changes and writes nothing.
// With dry nothing is written in any case.
//
// The report holds every mistake with its line; the error then is BadRequest with the first hundred.
func (d *Directory) Import(ctx context.Context, by exchange.Caller, r io.Reader, dry bool) (Report, error) {
	return d.bring(ctx, by, r, manner{dry: dry}, kindAgencies, d.planAgencies)
}

// ImportSeen is Import, or ImportMapping, of what was looked at in a dry report: exactly that is written, or nothing. With
// another file than that, or a directory that was changed since, the error is Conflict and wants a new look.
func (d *Directory) ImportSeen(ctx context.Context, by exchange.Caller, r io.Reader, seen Basis) (Report, error) {
	if seen.Kind == kindMapping {
		return d.bring(ctx, by, r, manner{seen: &seen}, kindMapping, planMapping)
	}
	return d.bring(ctx, by, r, manner{seen: &seen}, kindAgencies, d.planAgencies)
}

// A Basis is what a report was reckoned from.
type Basis struct {
	Kind    string // of the file, as the log has it
	Digest  string // SHA-256 of the file, in hex
	Version uint64 // of the directory
}

// Kinds of files, as the log has them.
const (
	kindAgencies = "import"
	kindMapping  = "mapping"
)

// A manner is whether an import writes, and what must hold for that.
type manner struct {
	dry  bool
	seen *Basis // nil: nobody has looked
}

// An edit is an agency as a line of a file wants it.
type edit struct {
	line   int
	agency exchange.Agency
}

// bring reads a file, plans what it wants, and writes all of it or nothing.
func (d *Directory) bring(ctx context.Context, by exchange.Caller, r io.Reader, how manner, kind string, plan func(*snapshot, []byte) (Report, []edit, mistakes)) (Report, error) {
	if err := operator(by); err != nil {
		return Report{}, err
	}
	raw, err := readLimited(r)
	if err != nil {
		return Report{}, err
	}
	d.acts.Lock()
	defer d.acts.Unlock()
	for try := 1; ; try++ {
		s := d.current.Load()
		basis := basisOf(s, kind, raw)
		if how.seen != nil && *how.seen != basis {
			return Report{Basis: basis}, how.seen.differs(basis)
		}
		report, edits, found := plan(s, bytes.TrimPrefix(raw, []byte(byteOrderMark)))
		changed, err := report.judge(s, edits, found)
		report.Dry, report.Basis = how.dry, basis
		if err != nil || how.dry || len(changed) == 0 {
			return report, err
		}
		if err = d.putAll(ctx, by, basis, changed); !d.again(ctx, err, try) {
			return report, err
		}
	}
}

func basisOf(s *snapshot, kind string, raw []byte) Basis {
	sum := sha256.Sum256(raw)
	return Basis{Kind: kind, Digest: hex.EncodeToString(sum[:]), Version: s.version}
}

func (b Basis) differs(now Basis) error {
	if b.Digest != now.Digest {
		return &exchange.Error{Kind: exchange.Conflict, Detail: "this is another file than the one that was looked at",
			VI: "Đây không phải tệp đã xem trước."}
	}
	return &exchange.Error{Kind: exchange.Conflict, Detail: "the directory was changed since this was looked at",
		VI: "Danh bạ đã thay đổi sau khi xem trước."}
}

// byteOrderMark is what spreadsheets put before UTF-8.
const byteOrderMark = "\ufeff"

func readLimited(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxImport+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxImport {
		return nil, &exchange.Error{Kind: exchange.TooLarge, Detail: "the file is larger than " + strconv.Itoa(maxImport) + " bytes",
			VI: "Tệp lớn hơn " + strconv.Itoa(maxImport) + " byte.", Values: map[string]string{"limit": strconv.Itoa(maxImport)}}
	}
	return raw, nil
}

// planAgencies reads a table of agencies.
func (d *Directory) planAgencies(s *snapshot, raw []byte) (Report, []edit, mistakes) {
	rows, found := agencySheet().read(raw)
	edits := make([]edit, len(rows))
	for i, r := range rows {
		edits[i] = edit{line: r.line, agency: r.onto(s.agencies[r.id])}
	}
	return Report{Rows: len(rows)}, edits, found
}

// judge holds what would be against all rules, and tells the differences. It returns the agencies to write.
func (r *Report) judge(s *snapshot, edits []edit, found mistakes) ([]exchange.Agency, error) {
	put := make([]exchange.Agency, len(edits))
	for i, e := range edits {
		put[i] = dated(e.agency)
	}
	o := newOverlay(s, put...)
	chains := o.chains(put)
	var changed []exchange.Agency
	for i, a := range put {
		found = append(found, append(check(o, a), chains[a.ID]...).on(edits[i].line)...)
		old, known := s.agencies[a.ID]
		if known && same(old, a) {
			r.Unchanged++
			continue
		}
		if known {
			r.Changed++
		} else {
			r.Added++
		}
		r.tell(edits[i].line, differences(s, old, a))
		changed = append(changed, a)
	}
	if len(found) > 0 {
		r.Mistakes = found.inOrder()
		return nil, found.refusal()
	}
	return changed, nil
}

// claim enters the codes of an agency; those that an earlier one has stay its own.
func (o overlay) claim(a exchange.Agency) {
	for _, code := range a.AllCodes() {
		if _, ok := o.owner[code]; !ok {
			o.owner[code] = a.ID
		}
	}
}

func (d *Directory) putAll(ctx context.Context, by exchange.Caller, basis Basis, changed []exchange.Agency) error {
	names := make(map[string]string, len(changed))
	for _, a := range changed {
		names[string(a.ID)] = a.Name
	}
	text, err := side(names)
	if err != nil {
		return err
	}
	e := d.entry(by, "", act{typ: translog.AgencyChanged, kind: basis.Kind})
	e.Count, e.Digest = int64(len(changed)), basis.Digest
	if err := d.store.PutAgencies(ctx, changed, e, text); err != nil {
		return err
	}
	return d.written(ctx)
}
