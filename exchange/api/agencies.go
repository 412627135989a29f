package api

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// subject is the agency that the path names.
func (c *call) subject() exchange.AgencyID { return exchange.AgencyID(c.Param("id")) }

func (a *api) listAgencies(c *call) error {
	all, _ := a.Directory.List(0)
	out := make([]client.AgencyDetail, 0, len(all))
	for _, g := range all {
		out = append(out, a.detail(g))
	}
	return answer(c, http.StatusOK, map[string]any{"agencies": out})
}

func (a *api) getAgency(c *call) error { return a.detailed(c, http.StatusOK, nil) }

// detailed answers with the agency as it stands after an act, unless the act was refused.
func (a *api) detailed(c *call, status int, err error) error {
	if err != nil {
		return err
	}
	g, ok := a.Directory.Agency(c.subject())
	if !ok {
		return exchange.Errorf(exchange.NotFound, "no agency %s", c.subject())
	}
	out := a.detail(g)
	for i, held := range g.Certificates {
		out.Certificates[i].Also = texts(a.Directory.Sharers(g.ID, held.DER))
	}
	return answer(c, status, out)
}

func (a *api) putAgency(c *call) error {
	var in client.AgencyRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	_, err := a.Directory.Put(c.ctx(), c.who, exchange.Agency{
		ID: c.subject(), Name: in.Name, Parent: exchange.AgencyID(in.Parent), Level: exchange.Level(in.Level),
		Aliases: identifiers(in.Aliases), SendsFor: identifiers(in.SendsFor), Channel: exchange.Channel(in.Channel),
		AcceptUnsigned: in.AcceptUnsigned, LegacySHA1Until: in.LegacySHA1Until, Sandbox: in.Sandbox, Console: in.Console, ClosedAt: in.ClosedAt,
		Codes: codesOf(in.Codes), CodeUntil: in.CodeUntil, Gateway: exchange.AgencyID(in.Gateway), Successors: successorsOf(in.Successors),
		Version: in.Version,
	})
	return a.detailed(c, http.StatusOK, err)
}

func identifiers(texts []string) []exchange.AgencyID {
	var out []exchange.AgencyID
	for _, t := range texts {
		out = append(out, envelope.AgencyID(t))
	}
	return out
}

func (a *api) importAgencies(c *call) error { return a.bring(c, a.Directory.Import) }

func (a *api) importMapping(c *call) error { return a.bring(c, a.Directory.ImportMapping) }

// bring hands a file to an import and answers with what it changed.
func (a *api) bring(c *call, read func(context.Context, exchange.Caller, io.Reader, bool) (directory.Report, error)) error {
	dry, err := flag(c, "dry")
	if err != nil {
		return err
	}
	csv, give, err := a.receive(c, a.Hub.Limits.Body)
	if err != nil {
		return err
	}
	defer give()
	r, err := read(c.ctx(), c.who, bytes.NewReader(csv), dry)
	if err != nil {
		return err // with every mistake in its line
	}
	return answer(c, http.StatusOK, wireReport(r))
}

func (a *api) setEndpoint(c *call) error {
	var in client.EndpointRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	e, err := a.Directory.SetEndpoint(c.ctx(), c.who, c.subject(), exchange.Endpoint{URL: in.URL, Secret: in.Secret, Allow: in.Allow})
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, client.EndpointRequest{URL: e.URL, Secret: e.Secret, Allow: list(e.Allow)})
}

func (a *api) addCertificate(c *call) error {
	var in client.CertificateRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	block, rest := pem.Decode([]byte(in.PEM))
	if block == nil || block.Type != "CERTIFICATE" || len(bytes.TrimSpace(rest)) > 0 {
		return &exchange.Error{Kind: exchange.BadRequest, Path: "/pem", Detail: "pem is one certificate in PEM form",
			VI: "pem là một chứng thư số dạng PEM."}
	}
	enrol := a.Directory.AddCertificate
	if in.Pinned {
		enrol = a.Directory.PinCertificate
	}
	_, err := enrol(c.ctx(), c.who, c.subject(), block.Bytes, in.From, in.Until)
	return a.detailed(c, http.StatusCreated, err)
}

func (a *api) endCertificate(c *call) error {
	return a.detailed(c, http.StatusOK, a.Directory.EndCertificate(c.ctx(), c.who, c.subject(), c.Param("fingerprint"), a.now()))
}

func (a *api) issueKey(c *call) error {
	var in client.KeyRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	secret, k, err := a.Directory.IssueKey(c.ctx(), c.who, c.subject(), directory.KeyOptions{Test: in.Test, Until: in.Until, Allow: in.Allow})
	if err != nil {
		return err
	}
	return answer(c, http.StatusCreated, client.IssuedKey{Secret: secret, Key: wireKey(k)})
}

func (a *api) revokeKey(c *call) error {
	return a.detailed(c, http.StatusOK, a.Directory.RevokeKey(c.ctx(), c.who, c.subject(), c.Param("key")))
}

func (a *api) detail(g exchange.Agency) client.AgencyDetail {
	out := client.AgencyDetail{Agency: a.coded(wireAgency(g), g), SendsFor: texts(g.SendsFor), Channel: string(g.Channel),
		AcceptUnsigned: g.AcceptUnsigned, LegacySHA1Until: g.LegacySHA1Until, Console: g.Console}
	if g.Endpoint.URL != "" {
		out.Endpoint = &client.Endpoint{URL: g.Endpoint.URL, Allow: list(g.Endpoint.Allow), ClosedAt: g.Endpoint.ClosedAt}
	}
	for _, c := range g.Certificates {
		out.Certificates = append(out.Certificates, wireCertificate(c))
	}
	for _, k := range g.Keys {
		out.Keys = append(out.Keys, wireKey(k))
	}
	return out
}

func wireCertificate(c exchange.Certificate) client.Certificate {
	out := client.Certificate{Fingerprint: c.Fingerprint(), From: c.From, Until: c.Until, Pinned: c.Pinned}
	if cert, err := x509.ParseCertificate(c.DER); err == nil {
		out.NotAfter, out.Subject = cert.NotAfter, cert.Subject.String()
	}
	return out
}

func wireKey(k exchange.Key) client.Key {
	return client.Key{ID: k.ID, Test: k.Test, Created: k.Created, Until: k.Until, Revoked: k.Revoked, Allow: k.Allow}
}
