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
	maxRows   = 100_000
)

// A Report is what an import did, or would do.
type Report struct {
	Rows      int       `json:"rows"`
	Added     int       `json:"added"`
	Changed   int       `json:"changed"`
	Unchanged int       `json:"unchanged"`
	Mistakes  []Mistake `json:"mistakes,omitempty"` // all of them; with one nothing is written
	Dry       bool      `json:"dry,omitempty"`

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
	return d.bring(ctx, by, r, dry, "import", d.planAgencies)
}

// An edit is an agency as a line of a file wants it.
type edit struct {
	line   int
	agency exchange.Agency
}

// bring reads a file, plans what it wants, and writes all of it or nothing.
func (d *Directory) bring(ctx context.Context, by exchange.Caller, r io.Reader, dry bool, kind string, plan func(*snapshot, []byte) (Report, []edit, mistakes)) (Report, error) {
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
		report, edits, found := plan(s, raw)
		changed, err := report.judge(s, edits, found)
		report.Dry = dry
		if err != nil || dry || len(changed) == 0 {
			return report, err
		}
		if err = d.putAll(ctx, by, raw, kind, changed); !d.again(ctx, err, try) {
			return report, err
		}
	}
}

func readLimited(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxImport+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxImport {
		return nil, &exchange.Error{Kind: exchange.TooLarge, Detail: "the file is larger than " + strconv.Itoa(maxImport) + " bytes",
			VI: "Tệp lớn hơn " + strconv.Itoa(maxImport) + " byte.", Values: map[string]string{"limit": strconv.Itoa(maxImport)}}
	}
	return bytes.TrimPrefix(raw, []byte("\ufeff")), nil
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

func (d *Directory) putAll(ctx context.Context, by exchange.Caller, raw []byte, kind string, changed []exchange.Agency) error {
	names := make(map[string]string, len(changed))
	for _, a := range changed {
		names[string(a.ID)] = a.Name
	}
	text, err := side(names)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	e := d.entry(by, "", act{typ: translog.AgencyChanged, kind: kind})
	e.Count, e.Digest = int64(len(changed)), hex.EncodeToString(sum[:])
	if err := d.store.PutAgencies(ctx, changed, e, text); err != nil {
		return err
	}
	return d.written(ctx)
}
