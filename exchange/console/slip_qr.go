package console

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// quietZone is the white margin that readers of codes need, in modules.
const quietZone = 4

// A qrCode is a QR code as a drawing, which prints sharp in any size.
type qrCode struct {
	Size int    // of the square, in modules, with its margin
	Path string // of the dark modules
}

func newQRCode(text string) (qrCode, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return qrCode{}, fmt.Errorf("console: qr code: %w", err)
	}
	n := code.Bounds().Dx()
	var b strings.Builder
	for y := range n {
		for x := range n {
			if code.At(x, y) == color.Black {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quietZone, y+quietZone)
			}
		}
	}
	return qrCode{Size: n + 2*quietZone, Path: b.String()}, nil
}
