package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// township is the agency whose clerk whoever watches may be: its software fetches the documents, and statuses are given
// in the console.
const township exchange.AgencyID = "000.01.24.H44"

// clerkLogin is the account that greet prints.
const clerkLogin = "vanthu"

// appoint makes the township's clerk and returns the password.
func appoint(ctx context.Context, people *directory.People) (password string, err error) {
	draft := directory.Draft{Login: clerkLogin, Name: "Văn thư thị trấn", Agency: township, Roles: []exchange.PersonRole{exchange.Clerk}}
	_, token, err := people.Add(ctx, clerk, draft)
	if err != nil {
		return "", fmt.Errorf("demo: %w", err)
	}
	password = rand.Text()
	_, _, err = people.Redeem(ctx, token, password, "", directory.Browser{Address: netip.IPv6Loopback(), Agent: "demo"})
	return password, err
}
