/** How psql prints one table with these options of \pset. */
export const PRINTED: readonly (readonly [options: Readonly<Record<string, string>>, text: string])[] = [
  [
    { format: 'html', border: '1' },
    '<table border="1">\n  <tr>\n    <th align="center">id</th>\n    <th align="center">the name</th>\n    <th align="center">n</th>\n  </tr>\n  <tr valign="top">\n    <td align="right">1</td>\n    <td align="left">a|b &amp; &lt;c&gt;</td>\n    <td align="right">1234.5</td>\n  </tr>\n  <tr valign="top">\n    <td align="right">20</td>\n    <td align="left">&nbsp; </td>\n    <td align="right">-7000000</td>\n  </tr>\n  <tr valign="top">\n    <td align="right">300</td>\n    <td align="left">two<br />\nlines</td>\n    <td align="right">0</td>\n  </tr>\n</table>\n<p>(3 rows)<br />\n</p>\n',
  ],
  [
    { format: 'asciidoc', border: '0' },
    '\n[options="header",cols=">l,<l,>l",frame="none",grid="none"]\n|====\n^l|id ^l|the name ^l|n\n|1 |a\\|b & <c> |1234.5\n|20 |  |-7000000\n|300 |two\nlines |0\n|====\n\n....\n(3 rows)\n....\n',
  ],
  [
    { format: 'asciidoc', border: '2' },
    '\n[options="header",cols=">l,<l,>l",frame="all",grid="all"]\n|====\n^l|id ^l|the name ^l|n\n|1 |a\\|b & <c> |1234.5\n|20 |  |-7000000\n|300 |two\nlines |0\n|====\n\n....\n(3 rows)\n....\n',
  ],
  [
    { format: 'latex', border: '0' },
    '\\begin{tabular}{rlr}\n\\textit{id} & \\textit{the name} & \\textit{n} \\\\\n\\hline\n1 & a\\textbar{}b \\& \\textless{}c\\textgreater{} & 1234.5 \\\\\n20 &  & -7000000 \\\\\n300 & two\\\\lines & 0 \\\\\n\\end{tabular}\n\n\\noindent (3 rows) \\\\\n\n',
  ],
  [
    { format: 'latex', border: '2' },
    '\\begin{tabular}{| r | l | r |}\n\\hline\n\\textit{id} & \\textit{the name} & \\textit{n} \\\\\n\\hline\n1 & a\\textbar{}b \\& \\textless{}c\\textgreater{} & 1234.5 \\\\\n20 &  & -7000000 \\\\\n300 & two\\\\lines & 0 \\\\\n\\hline\n\\end{tabular}\n\n\\noindent (3 rows) \\\\\n\n',
  ],
  [
    { format: 'troff-ms', border: '0' },
    '.LP\n.TS\ncenter;\nrlr.\n\\fIid\\fP\t\\fIthe name\\fP\t\\fIn\\fP\n_\n1\ta|b & <c>\t1234.5\n20\t\t-7000000\n300\ttwo\nlines\t0\n.TE\n.DS L\n(3 rows)\n.DE\n',
  ],
  [
    { format: 'troff-ms', border: '2' },
    '.LP\n.TS\ncenter box;\nr | l | r.\n\\fIid\\fP\t\\fIthe name\\fP\t\\fIn\\fP\n_\n1\ta|b & <c>\t1234.5\n20\t\t-7000000\n300\ttwo\nlines\t0\n.TE\n.DS L\n(3 rows)\n.DE\n',
  ],
  [{ format: 'csv', border: '1' }, 'id,the name,n\n1,a|b & <c>,1234.5\n20,,-7000000\n300,"two\nlines",0\n'],
  [
    { format: 'unaligned', border: '1' },
    'id|the name|n\n1|a|b & <c>|1234.5\n20||-7000000\n300|two\nlines|0\n(3 rows)\n',
  ],
  [
    { format: 'html', border: '1', expanded: 'on' },
    '<table border="1">\n\n  <tr><td colspan="2" align="center">Record 1</td></tr>\n  <tr valign="top">\n    <th>id</th>\n    <td align="right">1</td>\n  </tr>\n  <tr valign="top">\n    <th>the name</th>\n    <td align="left">a|b &amp; &lt;c&gt;</td>\n  </tr>\n  <tr valign="top">\n    <th>n</th>\n    <td align="right">1234.5</td>\n  </tr>\n\n  <tr><td colspan="2" align="center">Record 2</td></tr>\n  <tr valign="top">\n    <th>id</th>\n    <td align="right">20</td>\n  </tr>\n  <tr valign="top">\n    <th>the name</th>\n    <td align="left">&nbsp; </td>\n  </tr>\n  <tr valign="top">\n    <th>n</th>\n    <td align="right">-7000000</td>\n  </tr>\n\n  <tr><td colspan="2" align="center">Record 3</td></tr>\n  <tr valign="top">\n    <th>id</th>\n    <td align="right">300</td>\n  </tr>\n  <tr valign="top">\n    <th>the name</th>\n    <td align="left">two<br />\nlines</td>\n  </tr>\n  <tr valign="top">\n    <th>n</th>\n    <td align="right">0</td>\n  </tr>\n</table>\n\n',
  ],
  [
    { format: 'asciidoc', border: '1', expanded: 'on' },
    '\n[cols="h,l",frame="none"]\n|====\n2+^|Record 1\n<l|id >l|1\n<l|the name <l|a\\|b & <c>\n<l|n >l|1234.5\n2+^|Record 2\n<l|id >l|20\n<l|the name <l| \n<l|n >l|-7000000\n2+^|Record 3\n<l|id >l|300\n<l|the name <l|two\nlines\n<l|n >l|0\n|====\n',
  ],
  [
    { format: 'csv', border: '1', expanded: 'on' },
    'id,1\nthe name,a|b & <c>\nn,1234.5\nid,20\nthe name,\nn,-7000000\nid,300\nthe name,"two\nlines"\nn,0\n',
  ],
  [
    { format: 'unaligned', border: '1', expanded: 'on' },
    'id|1\nthe name|a|b & <c>\nn|1234.5\n\nid|20\nthe name|\nn|-7000000\n\nid|300\nthe name|two\nlines\nn|0\n',
  ],
  [
    { format: 'aligned', border: '0', linestyle: 'ascii' },
    'id  the name     n     \n--- --------- --------\n  1 a|b & <c>   1234.5\n 20           -7000000\n300 two      +       0\n    lines     \n(3 rows)\n\n',
  ],
  [
    { format: 'aligned', border: '0', linestyle: 'unicode' },
    'id  the name     n     \n─── ───────── ────────\n  1 a|b & <c>   1234.5\n 20           -7000000\n300 two      ↵       0\n    lines     \n(3 rows)\n\n',
  ],
  [
    { format: 'aligned', border: '1', linestyle: 'ascii' },
    ' id  | the name  |    n     \n-----+-----------+----------\n   1 | a|b & <c> |   1234.5\n  20 |           | -7000000\n 300 | two      +|        0\n     | lines     | \n(3 rows)\n\n',
  ],
  [
    { format: 'aligned', border: '1', linestyle: 'unicode' },
    ' id  │ the name  │    n     \n─────┼───────────┼──────────\n   1 │ a|b & <c> │   1234.5\n  20 │           │ -7000000\n 300 │ two      ↵│        0\n     │ lines     │ \n(3 rows)\n\n',
  ],
  [
    { format: 'aligned', border: '2', linestyle: 'ascii' },
    '+-----+-----------+----------+\n| id  | the name  |    n     |\n+-----+-----------+----------+\n|   1 | a|b & <c> |   1234.5 |\n|  20 |           | -7000000 |\n| 300 | two      +|        0 |\n|     | lines     |          |\n+-----+-----------+----------+\n(3 rows)\n\n',
  ],
  [
    { format: 'aligned', border: '2', linestyle: 'unicode' },
    '┌─────┬───────────┬──────────┐\n│ id  │ the name  │    n     │\n├─────┼───────────┼──────────┤\n│   1 │ a|b & <c> │   1234.5 │\n│  20 │           │ -7000000 │\n│ 300 │ two      ↵│        0 │\n│     │ lines     │          │\n└─────┴───────────┴──────────┘\n(3 rows)\n\n',
  ],
  [
    { format: 'aligned', border: '1', numericlocale: 'on', title: 'The Title' },
    '          The Title\n id  | the name  |     n      \n-----+-----------+------------\n   1 | a|b & <c> |    1,234.5\n  20 |           | -7,000,000\n 300 | two      +|          0\n     | lines     | \n(3 rows)\n\n',
  ],
  [
    { format: 'aligned', border: '1', tuples_only: 'on' },
    '   1 | a|b & <c> |   1234.5\n  20 |           | -7000000\n 300 | two      +|        0\n     | lines     | \n\n',
  ],
  [
    { format: 'html', border: '1', title: 'A & B', tableattr: 'class="x"' },
    '<table border="1" class="x">\n  <caption>A &amp; B</caption>\n  <tr>\n    <th align="center">id</th>\n    <th align="center">the name</th>\n    <th align="center">n</th>\n  </tr>\n  <tr valign="top">\n    <td align="right">1</td>\n    <td align="left">a|b &amp; &lt;c&gt;</td>\n    <td align="right">1234.5</td>\n  </tr>\n  <tr valign="top">\n    <td align="right">20</td>\n    <td align="left">&nbsp; </td>\n    <td align="right">-7000000</td>\n  </tr>\n  <tr valign="top">\n    <td align="right">300</td>\n    <td align="left">two<br />\nlines</td>\n    <td align="right">0</td>\n  </tr>\n</table>\n<p>(3 rows)<br />\n</p>\n',
  ],
  [
    { format: 'aligned', border: '1', footer: 'off' },
    ' id  | the name  |    n     \n-----+-----------+----------\n   1 | a|b & <c> |   1234.5\n  20 |           | -7000000\n 300 | two      +|        0\n     | lines     | \n\n',
  ],
]
