package node

import (
	"net"
	"testing"

	"github.com/lienthong/lienthong/config"
)

func TestWherePeopleFindTheHub(t *testing.T) {
	at := &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 18443}
	for _, test := range []struct {
		http config.HTTP
		want string
	}{
		{config.HTTP{Listen: "127.0.0.1:0"}, "http://127.0.0.1:18443"},
		{config.HTTP{Listen: "truc.phutho.example:0", TLSCert: "cert.pem"}, "https://truc.phutho.example:18443"},
		{config.HTTP{Listen: "[::1]:18443"}, "http://[::1]:18443"},
		{config.HTTP{Listen: ":18443", TLSCert: "cert.pem"}, "https://10.1.2.3:18443"},
	} {
		if got := reached(test.http, at); got != test.want {
			t.Errorf("%+v: %s, want %s", test.http, got, test.want)
		}
	}
}
