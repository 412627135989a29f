package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// township is the agency whose clerk whoever watches may be: its software fetches the documents, and statuses are given
// in the console.
const township exchange.AgencyID = "000.01.24.H44"

// A login is an account that whoever watches may use. All of it is printed: who signs in with it sees sample data alone,
// and it is made anew with each run.
type login struct {
	directory.Draft
	work     string // what the person does, in words
	password string
	secret   string // of the one-time codes, in base 32; empty where none is asked for
}

// appointed are the people of the demo, one for each kind of work in the console.
func appointed() []login {
	draft := func(login, name string, agency exchange.AgencyID, role exchange.PersonRole) directory.Draft {
		return directory.Draft{Login: login, Name: name, Agency: agency, Roles: []exchange.PersonRole{role}}
	}
	return []login{
		{Draft: draft("vanthu", "Trần Thị Mẫu", township, exchange.Clerk), work: "văn thư, UBND thị trấn Yên Lập"},
		{Draft: draft("quantridv", "Lê Văn Thử", district, exchange.AgencyAdmin), work: "quản trị đơn vị, UBND huyện Yên Lập"},
		{Draft: draft("vanhanh", "Phạm Minh Họa", "", exchange.Operate), work: "vận hành trục"},
		{Draft: draft("kiemtra", "Hà Ví Dụ", "", exchange.Audit), work: "kiểm tra nhật ký"},
	}
}

var browser = directory.Browser{Address: netip.IPv6Loopback(), Agent: "demo"}

// step is how long a one-time code holds.
const step = 30 * time.Second

// redeemTries is how often a link is used before it is given up: a code that is a step old when it is made may be two old
// when it is looked at, and is then refused.
const redeemTries = 3

// appoint makes the accounts as people do, by the link of an invitation.
func appoint(ctx context.Context, people *directory.People, now func() time.Time) (all []login, err error) {
	for _, l := range appointed() {
		if err := l.redeem(ctx, people, now); err != nil {
			return nil, fmt.Errorf("demo: %s: %w", l.Login, err)
		}
		all = append(all, l)
	}
	return all, nil
}

func (l *login) redeem(ctx context.Context, people *directory.People, now func() time.Time) error {
	x, token, err := people.Add(ctx, clerk, l.Draft)
	if err != nil {
		return err
	}
	if x.NeedsSecondFactor() {
		e, err := people.EnrolInvited(token)
		if err != nil {
			return err
		}
		l.secret = strings.ReplaceAll(e.Secret, " ", "")
	}
	l.password = rand.Text()
	for range redeemTries {
		// A code is taken once, and the present one is for whoever watches.
		if _, _, err = people.Redeem(ctx, token, l.password, l.code(now().Add(-step)), browser); err == nil {
			return nil
		}
	}
	return err
}

// code is what an authenticator shows; empty where none is asked for.
func (l *login) code(at time.Time) string {
	if l.secret == "" {
		return ""
	}
	code, err := totp.GenerateCode(l.secret, at)
	if err != nil {
		panic(err) // the secret is one that the hub made
	}
	return code
}

// link is what an authenticator reads as a QR code.
func (l *login) link() string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Lien Thong demo:" + l.Login,
		RawQuery: url.Values{"secret": {l.secret}, "issuer": {"Lien Thong demo"}}.Encode()}
	return u.String()
}

// introduce prints the console's address and who may sign in there.
func (r *run) introduce() {
	r.say("Bảng điều khiển: %s/dang-nhap — dữ liệu mẫu; các tài khoản này chỉ có trong lần chạy này:", r.url)
	for _, l := range r.logins {
		r.say("  %-9s mật khẩu %s  %s", l.Login, l.password, l.work)
		if l.secret != "" {
			r.say("           mã bây giờ %s, về sau in lại mỗi %.0f giây; hoặc nhập vào ứng dụng xác thực: %s", l.code(time.Now()), step.Seconds(), l.link())
		}
	}
}

// recite prints the codes of each half minute anew, until ctx ends: the first lines are soon out of sight.
func (r *run) recite(ctx context.Context) {
	for rest(ctx, time.Until(time.Now().Truncate(step).Add(step))) {
		now := time.Now()
		var codes []string
		for _, l := range r.logins {
			if l.secret != "" {
				codes = append(codes, l.Login+" "+l.code(now))
			}
		}
		r.say("Mã đăng nhập %s/dang-nhap: %s", r.url, strings.Join(codes, ", "))
	}
}
