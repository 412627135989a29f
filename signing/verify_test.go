package signing_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// TestUnsigned: only a policy that says so lets a document without signature
// pass, and a signature that is there must hold all the same.
func TestUnsigned(t *testing.T) {
	ca := testca.New(t)
	signed := ca.Leaf("Sở Mẫu").Sign([]byte(envelope("x")))
	broken := bytes.Replace(signed, []byte("<e:Subject>x"), []byte("<e:Subject>y"), 1)
	withPlaceholder := []byte(documents()["bare placeholder"])
	for _, c := range []struct {
		name    string
		raw     []byte
		allowed bool
		want    string
	}{
		{"without signature, wanted", []byte(envelope("x")), false, "bad:unsigned"},
		{"without signature, allowed", []byte(envelope("x")), true, "unsigned"},
		{"an empty placeholder, wanted", withPlaceholder, false, "bad:unsigned"},
		{"an empty placeholder, allowed", withPlaceholder, true, "unsigned"},
		{"a broken signature, allowed to miss", broken, true, "bad:digest"},
		{"a good signature, allowed to miss", signed, true, "good"},
	} {
		p := signing.Policy{At: at, Anchors: ca.Anchors(), Unsigned: c.allowed}
		if got := verdict(t, c.raw, p); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	v := mustVerify(t, []byte(envelope("x")), signing.Policy{At: at, Unsigned: true})
	if v.Certificate() != nil || v.Algorithm() != "" {
		t.Error("an unsigned document has a signer")
	}
}

func TestPolicyWithoutTime(t *testing.T) {
	ca := testca.New(t)
	signed := ca.Leaf("Sở Mẫu").Sign([]byte(envelope("x")))
	_, err := signing.Verify(t.Context(), signed, signing.Policy{Anchors: ca.Anchors()})
	var refusal *signing.Error
	if err == nil || errors.As(err, &refusal) {
		t.Errorf("%v, want an error that is not the document's", err)
	}
}

// TestRefusalsOfKeysNameThePlace: what is wrong with a certificate or its key is
// said of the signature that brings it.
func TestRefusalsOfKeysNameThePlace(t *testing.T) {
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Mẫu")
	signed := leaf.Sign([]byte(envelope("x")))
	huge := sizeOnly(t, &hugeKey(t).PublicKey)
	for _, c := range []struct {
		name   string
		raw    []byte
		policy signing.Policy
		path   string
	}{
		{"untrusted", signed, signing.Policy{Anchors: testca.Foreign(t).Anchors()}, "/edXML/edXMLEnvelope/edXMLHeader/Signature"},
		{"no anchors", signed, signing.Policy{}, "/edXML/edXMLEnvelope/edXMLHeader/Signature"},
		{"too long a key", huge.make(t), huge.pinned(), "/edXML/edXMLEnvelope/edXMLHeader/Signature"},
	} {
		c.policy.At = at
		_, err := signing.Verify(t.Context(), c.raw, c.policy)
		var refusal *signing.Error
		if !errors.As(err, &refusal) || refusal.Line < 1 || refusal.Path != c.path {
			t.Errorf("%s: %v, want it said of %s", c.name, err, c.path)
		}
	}
}

func TestVerifyHeedsTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := signing.Verify(ctx, []byte(envelope("x")), signing.Policy{At: at, Unsigned: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}

// TestVerifyHeedsTheContextOnceMore: who went away while the document was read
// has nothing verified.
func TestVerifyHeedsTheContextOnceMore(t *testing.T) {
	ca := testca.New(t)
	signed := ca.Leaf("Sở Mẫu").Sign([]byte(envelope("x")))
	ctx := &leaving{Context: t.Context()}
	if _, err := signing.Verify(ctx, signed, signing.Policy{At: at, Anchors: ca.Anchors()}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}

// leaving is canceled from the second look on.
type leaving struct {
	context.Context
	asked bool
}

func (l *leaving) Err() error {
	if l.asked {
		return context.Canceled
	}
	l.asked = true
	return nil
}
