from goldilocks.view import get


@get("/hello/{name}", renderer="json")
def hello(request):
    return {"hello": request.matchdict["name"]}
