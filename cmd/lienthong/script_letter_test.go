package main

import (
	"cmp"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// author is Sở Nội vụ, which writes all the letters of the scripts, on one day.
const author = envelope.AgencyID("H44.01")

var written = envelope.DateOf(time.Date(2026, 11, 20, 9, 0, 0, 0, envelope.ICT()))

// letter is the command that writes a document and signs it, of which number and to are mandatory:
//
//	letter FILE number=N to=AGENCY[,AGENCY…] [kind=0…3] [subject=TEXT] [id=DOCUMENT-ID] [adds=AGENCY] [replaces=N@AGENCY[,…]]
func letter(by *testca.Leaf) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		file, v := named(ts, neg, args, "number", "to")
		code := envelope.Code{Number: v["number"], Notation: "SNV-VP"}
		e := &envelope.Envelope{
			From: envelope.Party{OrganID: author}, DocumentID: cmp.Or(v["id"], nameOf(v["number"])), Code: code,
			Promulgation: envelope.Promulgation{Place: "Phú Thọ", Date: written},
			Type:         envelope.DocumentType{Type: "2", Name: "Công văn"},
			Subject:      cmp.Or(v["subject"], "V/v thử nghiệm"),
			Business:     business(v),
		}
		for _, id := range strings.Split(v["to"], ",") {
			e.To = append(e.To, envelope.Party{OrganID: envelope.AgencyID(id)})
		}
		raw, err := envelope.Build(e)
		ts.Check(err)
		raw, err = signing.Sign(raw, by.Key, by.Cert)
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(file), raw, 0o600))
	}
}

func business(v map[string]string) *envelope.Business {
	b := &envelope.Business{Kind: envelope.New, Reason: "mẫu"}
	switch v["kind"] {
	case "1":
		b.Kind = envelope.Recall
	case "2":
		b.Kind, b.DocumentID = envelope.Update, nameOf(v["number"])
		b.Changes = &envelope.Changes{Receivers: true, List: []envelope.Receiver{{OrganID: envelope.AgencyID(v["adds"])}}}
	case "3":
		b.Kind = envelope.Replacement
		for _, one := range strings.Split(v["replaces"], ",") {
			number, at, _ := strings.Cut(one, "@")
			b.Replacements = append(b.Replacements, envelope.Replaced{DocumentID: nameOf(number), OrganIDs: []envelope.AgencyID{envelope.AgencyID(at)}})
		}
	}
	return b
}

// report is the command that writes a status about a letter, of which number, from and code are mandatory:
//
//	report FILE number=N from=AGENCY code=CODE [to=AGENCY] [id=DOCUMENT-ID] [description=TEXT]
func report(ts *testscript.TestScript, neg bool, args []string) {
	file, v := named(ts, neg, args, "number", "from", "code")
	about := envelope.ResponseFor{
		OrganID: cmp.Or(envelope.AgencyID(v["to"]), author), Code: v["number"] + "/SNV-VP",
		Promulgation: written, DocumentID: cmp.Or(v["id"], nameOf(v["number"])),
	}
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, envelope.ICT())
	from := envelope.Party{OrganID: envelope.AgencyID(v["from"])}
	raw, err := envelope.Build(envelope.NewStatus(from, about, envelope.StatusCode(v["code"]), v["description"], envelope.Staff{}, at))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(file), raw, 0o600))
}

// nameOf is the DocumentId of the letter with the number.
func nameOf(number string) string {
	return envelope.NewDocumentID(author, written, envelope.Code{Number: number, Notation: "SNV-VP"})
}

func named(ts *testscript.TestScript, neg bool, args []string, mandatory ...string) (file string, values map[string]string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: FILE NAME=VALUE…")
	}
	values = map[string]string{}
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, "=")
		values[name] = value
	}
	for _, name := range mandatory {
		if values[name] == "" {
			ts.Fatalf("%s has no %s", args[0], name)
		}
	}
	return args[0], values
}
