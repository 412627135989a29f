package demo

import (
	"context"
	"fmt"
	"io"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// staff is what people do in the morning of the i-th day of so many: the clerk signs in each day, and once a week the
// others look after the hub.
func (p *past) staff(ctx context.Context, i, of int) (err error) {
	if p.clerk, err = p.signIn(ctx, "vanthu"); err != nil {
		return err
	}
	const week = 5
	switch i % week {
	case 1:
		err = p.administer(ctx)
	case 2:
		err = p.operate(ctx)
	case 3:
		err = p.mistype(ctx)
	case 4:
		err = p.audit(ctx)
	}
	return err
}

func (p *past) login(name string) *login {
	for i := range p.logins {
		if p.logins[i].Login == name {
			return &p.logins[i]
		}
	}
	panic("demo: no login " + name)
}

func (p *past) signIn(ctx context.Context, name string) (exchange.Caller, error) {
	l := p.login(name)
	in, err := p.hub.People.SignIn(ctx, l.Login, l.password, browser)
	if err == nil && in.Second != "" {
		in, err = p.hub.People.Second(ctx, in.Second, l.code(p.now()), browser)
	}
	if err != nil {
		return exchange.Caller{}, fmt.Errorf("%s: %w", name, err)
	}
	x, s, ok := p.hub.People.Session(in.Cookie)
	if !ok {
		return exchange.Caller{}, fmt.Errorf("%s: the session has ended", name)
	}
	return x.Caller(s, browser.Address), nil
}

// mistype has somebody get the password wrong.
func (p *past) mistype(ctx context.Context) error {
	_, err := p.hub.People.SignIn(ctx, "vanhanh", "không nhớ mật khẩu", browser)
	if exchange.KindOf(err) != exchange.Unauthenticated {
		return fmt.Errorf("a wrong password was answered %w", err)
	}
	return nil
}

// administer renews the second key of the district's software.
func (p *past) administer(ctx context.Context) error {
	c, err := p.signIn(ctx, "quantridv")
	if err != nil {
		return err
	}
	if p.spare != "" {
		if err := p.hub.Directory.RevokeKey(ctx, c, district, p.spare); err != nil {
			return err
		}
	}
	_, key, err := p.hub.Directory.IssueKey(ctx, c, district, directory.KeyOptions{})
	p.spare = key.ID
	return err
}

// operate sends some of what was given up again, and looks into one document of them for its sender.
func (p *past) operate(ctx context.Context) error {
	c, err := p.signIn(ctx, "vanhanh")
	if err != nil {
		return err
	}
	page, err := p.hub.Hub.DeadLetters(ctx, c, 2, "")
	if err != nil {
		return err
	}
	for i, row := range page.Rows {
		if i == 0 {
			_, body, err := p.hub.Hub.Content(ctx, c, row.Message.ID, "Nơi gửi đề nghị kiểm tra lỗi chuyển")
			if err != nil {
				return err
			}
			if _, err = io.Copy(io.Discard, body); err != nil {
				return err
			}
			if err := body.Close(); err != nil {
				return err
			}
		}
		if _, err := p.hub.Hub.Requeue(ctx, c, row.Deliveries[0].ID, "Đã liên hệ nơi nhận, phần mềm đã sửa"); unlessOver(err) != nil {
			return err
		}
	}
	return nil
}

// audit verifies the newest thousands of entries, and takes a checkpoint away to compare it some day.
func (p *past) audit(ctx context.Context) error {
	c, err := p.signIn(ctx, "kiemtra")
	if err != nil {
		return err
	}
	_, head, err := p.hub.Hub.AuditCheckpoint(ctx, c)
	if err != nil {
		return err
	}
	v := exchange.Verification{From: max(0, head.Size-2000)}
	v.At = v.From
	for done := false; !done; done = v.Done() {
		if v, err = p.hub.Hub.VerifyLog(ctx, c, v); err != nil {
			return err
		}
	}
	if v.Break != nil {
		return fmt.Errorf("the log is broken at entry %d: %s", v.Break.Index, v.Break.Why)
	}
	return nil
}
