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
}

// Import reads agencies from CSV and writes them all in one step, or none. The header names the columns: id, name and
// level are mandatory; parent, channel and aliases (codes with blanks or "|" between) may be left out, and then stay
// as they are. Fields are separated by commas, or by semicolons if the header has them. Parents may stand anywhere in
// the file. Agencies that are not in the file stay; the same file again changes and writes nothing. With dry nothing
// is written in any case.
//
// The report holds every mistake with its line; the error then is BadRequest with the first hundred.
func (d *Directory) Import(ctx context.Context, by exchange.Caller, r io.Reader, dry bool) (Report, error) {
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
		report, changed, err := d.plan(raw)
		report.Dry = dry
		if err != nil || dry || len(changed) == 0 {
			return report, err
		}
		if err = d.putAll(ctx, by, raw, changed); !d.again(ctx, err, try) {
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

// plan reads the file and checks what would be against all rules. changed are the agencies to write.
func (d *Directory) plan(raw []byte) (Report, []exchange.Agency, error) {
	rows, found := readTable(raw)
	report := Report{Rows: len(rows)}
	o := overlay{snapshot: d.current.Load(), put: make(map[exchange.AgencyID]exchange.Agency, len(rows)), owner: make(map[exchange.AgencyID]exchange.AgencyID)}
	for i := range rows {
		rows[i].agency = rows[i].onto(o.agencies[rows[i].id])
		o.put[rows[i].id] = rows[i].agency
	}
	var changed []exchange.Agency
	for _, r := range rows {
		o.claim(r.agency)
	}
	for _, r := range rows {
		found = append(found, check(o, r.agency).on(r.line)...)
		old, known := o.agencies[r.id]
		switch {
		case !known:
			report.Added++
		case same(old, r.agency):
			report.Unchanged++
			continue
		default:
			report.Changed++
		}
		changed = append(changed, r.agency)
	}
	if len(found) > 0 {
		report.Mistakes = found.inOrder()
		return report, nil, found.refusal()
	}
	return report, changed, nil
}

// claim enters the codes of an agency; those that an earlier one has stay its own.
func (o overlay) claim(a exchange.Agency) {
	for _, code := range a.AllCodes() {
		if _, ok := o.owner[code]; !ok {
			o.owner[code] = a.ID
		}
	}
}

func (d *Directory) putAll(ctx context.Context, by exchange.Caller, raw []byte, changed []exchange.Agency) error {
	names := make(map[string]string, len(changed))
	for _, a := range changed {
		names[string(a.ID)] = a.Name
	}
	text, err := side(names)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	e := d.entry(by, "", act{typ: translog.AgencyChanged, kind: "import"})
	e.Count, e.Digest = int64(len(changed)), hex.EncodeToString(sum[:])
	if err := d.store.PutAgencies(ctx, changed, e, text); err != nil {
		return err
	}
	return d.written(ctx)
}
