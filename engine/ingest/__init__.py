"""Decides what a platform export says: bytes -> table -> mapped columns -> typed facts -> checked totals.

    read_content   sniffing     what the bytes are: a workbook, text in some encoding, or neither
    open_source    source       the first lines, and how to load columns      delimited, workbook
    lay_out        layout       where the header is, who wrote it, what is what  matching, preamble, mapping
    read_columns   columns      texts, days, numbers, totals, and every fault  when, measures, totals
    assemble       assembling   one currency, one grain, one line a key        entities, merging, checking

Everything that differs between platforms is in ``platforms/*.yaml``; a new platform is one more file there.
"""
