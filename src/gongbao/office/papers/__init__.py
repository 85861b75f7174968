"""Papers: what leaves the house as a file that people print, sign and send, reckon with or subscribe to.

`official_docx` lays a document out as GB/T 9704-2012 (党政机关公文格式) demands, `workbook` writes tables as .xlsx,
`icalendar_feed` deadlines as a calendar.

The other papers are made of the blocks of `paper`, and printed both as .docx (`word.docx_of`) and as PDF
(`pdf.pdf_of`): `calculation_sheet` a computed case, `letters` the letters of a case with their proof of service,
`approval_sheet` what is put up for signature, `receipt` what was handed in, `case_file` the list of a case's papers and
its time line. The words of letters are text files: see `wordings`.

What is personal stands on a paper because whoever asks for it may see it: that is the caller's to know. Nothing is
logged here, no clock read, no database asked.
"""
