package console

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// mostCertificate is the largest file of a certificate, in bytes; real ones have two or three thousand.
const mostCertificate = 32 << 10

type certificateRow struct {
	Fingerprint, Short, Subject, Issuer, From, Until string
	State                                            label
	MayEnd                                           bool
}

func (w words) certificateRow(x exchange.Certificate, now time.Time) certificateRow {
	row := certificateRow{Fingerprint: x.Fingerprint(), Short: x.Fingerprint()[:8], From: clock(x.From), Until: clock(x.Until), MayEnd: true}
	until := x.Until
	if cert, err := x509.ParseCertificate(x.DER); err == nil {
		row.Subject, row.Issuer = cert.Subject.CommonName, cert.Issuer.CommonName
		if until.IsZero() || cert.NotAfter.Before(until) {
			until = cert.NotAfter
			row.Until = clock(until)
		}
	}
	switch {
	case now.Before(x.From):
		row.State = label{Icon: "clock", Tone: "grey", Text: w.text("agency.certificate.waits")}
	case !now.Before(until):
		row.State, row.MayEnd = label{Icon: "ban", Tone: "grey", Text: w.text("agency.certificate.ended")}, false
	case until.Sub(now) < 30*24*time.Hour:
		row.State = label{Icon: "clock-exclamation", Tone: "amber", Text: w.text("agency.certificate.ending")}
	default:
		row.State = label{Icon: "shield-check", Tone: "green", Text: w.text("agency.certificate.active")}
	}
	return row
}

func (c *console) addCertificate(v *visit) error {
	der, err := uploadedCertificate(v)
	if err != nil {
		return c.keysFailed(v, err)
	}
	from, err := dayOf(v.FormValue("tu"), 0)
	if err != nil {
		return c.keysFailed(v, err)
	}
	if _, err := c.Agencies.AddCertificate(v.ctx(), v.caller, v.person.Agency, der, from, time.Time{}); err != nil {
		return c.keysFailed(v, err)
	}
	return v.Redirect(http.StatusSeeOther, keysPath+"?xong=chung-thu")
}

// uploadedCertificate is the one certificate of a file, PEM or DER, in DER form. What it is worth the directory says.
func uploadedCertificate(v *visit) ([]byte, error) {
	bad := &exchange.Error{Kind: exchange.BadRequest, Detail: "choose a file with one certificate (PEM, CRT or CER)",
		VI: "Hãy chọn tệp chứa một chứng thư số (PEM, CRT hoặc CER)."}
	head, err := v.FormFile("tep")
	if err != nil || head.Size > mostCertificate {
		return nil, bad
	}
	f, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, mostCertificate))
	if err != nil {
		return nil, err
	}
	if block, rest := pem.Decode(raw); block != nil {
		if block.Type != "CERTIFICATE" || len(bytes.TrimSpace(rest)) > 0 {
			return nil, bad
		}
		return block.Bytes, nil
	}
	if len(raw) == 0 {
		return nil, bad
	}
	return raw, nil
}

func (c *console) certificateEnd(v *visit) (agencyConfirmation, error) {
	print := v.Param("fingerprint")
	i := slices.IndexFunc(v.agency.Certificates, func(x exchange.Certificate) bool { return x.Fingerprint() == print })
	if i < 0 {
		return agencyConfirmation{}, exchange.NotFound
	}
	row, w := v.words.certificateRow(v.agency.Certificates[i], c.Clock()), v.words
	return agencyConfirmation{Heading: w.text("agency.end", "short", row.Short), Lead: row.Subject + " – " + row.Issuer,
		Notes:  []string{w.text("agency.end.effect"), w.text("agency.end.kept")},
		Action: certificatesPath + "/" + print + "/ket-thuc", Word: row.Short, Back: keysPath, Button: w.text("agency.end.button")}, nil
}

func (c *console) certificateEndPage(v *visit) error {
	f, err := c.certificateEnd(v)
	if err != nil {
		return err
	}
	return c.agencyConfirm(v, http.StatusOK, f)
}

func (c *console) endCertificate(v *visit) error {
	f, err := c.certificateEnd(v)
	if err != nil {
		return err
	}
	if ok, err := c.agencyTyped(v, f); !ok {
		return err
	}
	if err := c.Agencies.EndCertificate(v.ctx(), v.caller, v.person.Agency, v.Param("fingerprint"), time.Time{}); err != nil {
		return c.keysFailed(v, err)
	}
	return v.Redirect(http.StatusSeeOther, keysPath+"?xong=ket-thuc")
}
