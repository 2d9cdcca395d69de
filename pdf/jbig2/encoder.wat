;; Codes one bilevel image as a JBIG2 generic region: ITU-T T.88, 6.2 with template 0 and annex E (the MQ encoder).
;;
;; It is run by pdf/jbig2/region.py, since a loop over nine million pixels that each depend on the last is nothing for Python.
;; The image lies in memory a byte a pixel, 1 for black, below two rows and beside margins of white; so do the table of states,
;; four bytes each: Qe (two), the state that follows the more probable symbol, and that which follows the less probable one.
;; A state is 2 x (its row in table E.1) + (its more probable symbol).
(module
  (memory (export "memory") 1)
  (global $a (mut i32) (i32.const 0x8000)) ;; the interval's width
  (global $c (mut i32) (i32.const 0))      ;; its base
  (global $ct (mut i32) (i32.const 12))    ;; shifts until the next byte
  (global $last (mut i32) (i32.const 0))   ;; where the last byte lies

  ;; E.3.6, BYTEOUT: a carry goes into the byte before; behind 0xFF follow seven bits, so that none can run further.
  (func $put_byte
    (local $byte i32)
    (local.set $byte (i32.load8_u (global.get $last)))
    (if (i32.and (i32.ne (local.get $byte) (i32.const 0xFF)) (i32.ge_u (global.get $c) (i32.const 0x8000000)))
      (then
        (local.set $byte (i32.add (local.get $byte) (i32.const 1)))
        (i32.store8 (global.get $last) (local.get $byte))
        (global.set $c (i32.and (global.get $c) (i32.const 0x7FFFFFF)))))
    (global.set $last (i32.add (global.get $last) (i32.const 1)))
    (if (i32.eq (local.get $byte) (i32.const 0xFF))
      (then
        (i32.store8 (global.get $last) (i32.shr_u (global.get $c) (i32.const 20)))
        (global.set $c (i32.and (global.get $c) (i32.const 0xFFFFF)))
        (global.set $ct (i32.const 7)))
      (else
        (i32.store8 (global.get $last) (i32.shr_u (global.get $c) (i32.const 19)))
        (global.set $c (i32.and (global.get $c) (i32.const 0x7FFFF)))
        (global.set $ct (i32.const 8)))))

  ;; E.3.2, CODELPS and CODEMPS: code a symbol in the context at address $context, with the table of states at $states.
  (func $code (param $states i32) (param $context i32) (param $symbol i32)
    (local $state i32) (local $entry i32) (local $qe i32) (local $is_likely i32)
    (local.set $state (i32.load8_u (local.get $context)))
    (local.set $entry (i32.load (i32.add (local.get $states) (i32.shl (local.get $state) (i32.const 2)))))
    (local.set $qe (i32.and (local.get $entry) (i32.const 0xFFFF)))
    (local.set $is_likely (i32.eq (i32.and (local.get $state) (i32.const 1)) (local.get $symbol)))
    (global.set $a (i32.sub (global.get $a) (local.get $qe)))
    (if (i32.and (local.get $is_likely) (i32.ge_u (global.get $a) (i32.const 0x8000)))
      (then
        (global.set $c (i32.add (global.get $c) (local.get $qe)))
        (return)))
    ;; The larger part of the interval is the likely symbol's, be it the upper or the lower.
    (if (i32.eq (local.get $is_likely) (i32.ge_u (global.get $a) (local.get $qe)))
      (then (global.set $c (i32.add (global.get $c) (local.get $qe))))
      (else (global.set $a (local.get $qe))))
    (i32.store8 (local.get $context)
      (i32.shr_u (local.get $entry) (select (i32.const 16) (i32.const 24) (local.get $is_likely))))
    (loop $renormalize
      (global.set $a (i32.shl (global.get $a) (i32.const 1)))
      (global.set $c (i32.shl (global.get $c) (i32.const 1)))
      (global.set $ct (i32.sub (global.get $ct) (i32.const 1)))
      (if (i32.eqz (global.get $ct)) (then (call $put_byte)))
      (br_if $renormalize (i32.lt_u (global.get $a) (i32.const 0x8000)))))

  ;; E.2.9, FLUSH.
  (func $flush
    (local $above i32)
    (local.set $above (i32.add (global.get $c) (global.get $a)))
    (global.set $c (i32.or (global.get $c) (i32.const 0xFFFF)))
    (if (i32.ge_u (global.get $c) (local.get $above))
      (then (global.set $c (i32.sub (global.get $c) (i32.const 0x8000)))))
    (global.set $c (i32.shl (global.get $c) (global.get $ct)))
    (call $put_byte)
    (global.set $c (i32.shl (global.get $c) (global.get $ct)))
    (call $put_byte)
    (if (i32.ne (i32.load8_u (global.get $last)) (i32.const 0xFF))
      (then
        (global.set $last (i32.add (global.get $last) (i32.const 1)))
        (i32.store8 (global.get $last) (i32.const 0xFF))))
    (global.set $last (i32.add (global.get $last) (i32.const 1)))
    (i32.store8 (global.get $last) (i32.const 0xAC)))

  ;; Whether the row at $row, of $stride bytes (a multiple of 8), is the one above it.
  (func $is_repeated (param $row i32) (param $stride i32) (result i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $row) (local.get $stride)))
    (loop $compare
      (if (i64.ne (i64.load (local.get $row)) (i64.load (i32.sub (local.get $row) (local.get $stride))))
        (then (return (i32.const 0))))
      (local.set $row (i32.add (local.get $row) (i32.const 8)))
      (br_if $compare (i32.lt_u (local.get $row) (local.get $end))))
    (i32.const 1))

  ;; Codes eight white pixels with nothing but white around them at once, and says whether it did: most of a page is such. The
  ;; context is the first one. Not done when the interval would have to be renormalized on the way.
  (func $skip_white (param $states i32) (param $contexts i32) (param $at i32) (param $stride i32) (result i32)
    (local $state i32) (local $eight_qe i32)
    (if (i64.ne (i64.const 0) (i64.or
          (i64.load (local.get $at))
          (i64.or
            (i64.load offset=3 (i32.sub (local.get $at) (local.get $stride)))
            (i64.load offset=2 (i32.sub (local.get $at) (i32.shl (local.get $stride) (i32.const 1)))))))
      (then (return (i32.const 0))))
    (local.set $state (i32.load8_u (local.get $contexts)))
    (local.set $eight_qe (i32.shl
      (i32.load16_u (i32.add (local.get $states) (i32.shl (local.get $state) (i32.const 2)))) (i32.const 3)))
    (if (i32.or (i32.and (local.get $state) (i32.const 1))
          (i32.lt_u (global.get $a) (i32.add (local.get $eight_qe) (i32.const 0x8000))))
      (then (return (i32.const 0))))
    (global.set $a (i32.sub (global.get $a) (local.get $eight_qe)))
    (global.set $c (i32.add (global.get $c) (local.get $eight_qe)))
    (i32.const 1))

  ;; Codes $height rows of $stride bytes from $image on, $width pixels each behind a margin of 8. $contexts are 65,536 zeros.
  ;; The code is written behind a zero at $out; its length is returned.
  (func (export "encode") (param $image i32) (param $width i32) (param $height i32) (param $stride i32)
                          (param $states i32) (param $contexts i32) (param $out i32) (result i32)
    (local $row i32) (local $end i32) (local $at i32) (local $pixel i32) (local $was_repeated i32) (local $is_repeated i32)
    (local $above2 i32) (local $above1 i32) (local $before i32)
    (global.set $last (local.get $out))
    (local.set $row (local.get $image))
    (block $done
      (loop $rows
        (br_if $done (i32.eqz (local.get $height)))
        ;; Typical prediction: one symbol says whether a row is as the one above (6.2.5.7).
        (local.set $is_repeated (call $is_repeated (local.get $row) (local.get $stride)))
        (call $code (local.get $states) (i32.add (local.get $contexts) (i32.const 0x9B25))
          (i32.xor (local.get $is_repeated) (local.get $was_repeated)))
        (local.set $was_repeated (local.get $is_repeated))
        (if (i32.eqz (local.get $is_repeated))
          (then
            (local.set $at (i32.add (local.get $row) (i32.const 8)))
            (local.set $end (i32.add (local.get $at) (local.get $width)))
            ;; Template 0 with its adaptive pixels where they are by default: five pixels two rows above, from two before to
            ;; two behind; seven in the row above, from three before to three behind; and the four before (figure 3).
            (local.set $above2 (i32.or
              (i32.shl (i32.load8_u (i32.sub (local.get $at) (i32.shl (local.get $stride) (i32.const 1)))) (i32.const 1))
              (i32.load8_u offset=1 (i32.sub (local.get $at) (i32.shl (local.get $stride) (i32.const 1))))))
            (local.set $above1 (i32.or (i32.or
              (i32.shl (i32.load8_u (i32.sub (local.get $at) (local.get $stride))) (i32.const 2))
              (i32.shl (i32.load8_u offset=1 (i32.sub (local.get $at) (local.get $stride))) (i32.const 1)))
              (i32.load8_u offset=2 (i32.sub (local.get $at) (local.get $stride)))))
            (local.set $before (i32.const 0))
            (block $row_done (loop $pixels
              (if (i32.eqz (i32.or (i32.or (local.get $above2) (local.get $above1)) (local.get $before)))
                (then
                  (if (i32.le_u (i32.add (local.get $at) (i32.const 8)) (local.get $end))
                    (then
                      (if (call $skip_white (local.get $states) (local.get $contexts) (local.get $at) (local.get $stride))
                        (then
                          (local.set $at (i32.add (local.get $at) (i32.const 8)))
                          (br_if $pixels (i32.lt_u (local.get $at) (local.get $end)))
                          (br $row_done)))))))
              (local.set $above2 (i32.and (i32.const 31) (i32.or (i32.shl (local.get $above2) (i32.const 1))
                (i32.load8_u offset=2 (i32.sub (local.get $at) (i32.shl (local.get $stride) (i32.const 1)))))))
              (local.set $above1 (i32.and (i32.const 127) (i32.or (i32.shl (local.get $above1) (i32.const 1))
                (i32.load8_u offset=3 (i32.sub (local.get $at) (local.get $stride))))))
              (local.set $pixel (i32.load8_u (local.get $at)))
              (call $code (local.get $states)
                (i32.add (local.get $contexts) (i32.or (local.get $before) (i32.or
                  (i32.shl (local.get $above2) (i32.const 11)) (i32.shl (local.get $above1) (i32.const 4)))))
                (local.get $pixel))
              (local.set $before (i32.and (i32.const 15) (i32.or (i32.shl (local.get $before) (i32.const 1)) (local.get $pixel))))
              (local.set $at (i32.add (local.get $at) (i32.const 1)))
              (br_if $pixels (i32.lt_u (local.get $at) (local.get $end)))))))
        (local.set $row (i32.add (local.get $row) (local.get $stride)))
        (local.set $height (i32.sub (local.get $height) (i32.const 1)))
        (br $rows)))
    (call $flush)
    (i32.sub (global.get $last) (local.get $out))))
