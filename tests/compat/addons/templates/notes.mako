<h1>${title | h}</h1>\
% for note in notes:
<p>${note | h}</p>\
% endfor
<a href="${request.route_url('json')}">${request.route_path('json')}</a>
