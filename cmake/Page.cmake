# Run as a script: writes OUTPUT, a source that holds the files of FOLDER as app/server/page.hpp
# declares them. A literal holds no more than some compilers take, and they are put together.
function(literal name result)
  file(READ "${FOLDER}/${name}" text)
  set(pieces "")
  string(LENGTH "${text}" length)
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 4000 piece)
    string(APPEND pieces "R\"page(${piece})page\"\n")
    math(EXPR at "${at} + 4000")
  endwhile()
  set(${result} "${pieces}" PARENT_SCOPE)
endfunction()

literal(page.html html)
literal(page.css css)
literal(page.js js)
file(WRITE "${OUTPUT}" "#include \"server/page.hpp\"

const mnist::PageFile mnist::kPageHtml{\"page.html\", ${html}};
const mnist::PageFile mnist::kPageCss{\"page.css\", ${css}};
const mnist::PageFile mnist::kPageJs{\"page.js\", ${js}};
")
