"""Names that linking has to know by heart."""


def words(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


#: Methods that values of the standard library and of every data library have: a call on an unknown
#: receiver says nothing about a definition of that name.
COMMON_METHODS = frozenset(
    name for kind in (str, bytes, list, dict, set, tuple, int, float, type) for name in dir(kind)
) | words(
    """
    add add_argument apply args backward call close commit compile configure cpu critical cuda
    debug describe detach device drop dump eval error evaluate execute exists exit fetch filter
    fit fit_transform flush forward from_pretrained generate get_params group head info init
    item load load_state_dict log map max mean min mkdir now numpy open parameters parse
    parse_args plot post predict predict_proba process push put query read readline request
    reset reshape result run save score seek select send set_params setup shape show shutdown
    size sleep start state_dict step stop submit sum tail test tell to to_csv to_dict tolist
    train transform type validate view wait warning write zero_grad
    """
)

#: Packages whose import makes a file part of a web application.
WEB_FRAMEWORKS = words(
    """
    fastapi flask flask_restful flask_restx starlette sanic litestar quart bottle aiohttp robyn
    blacksheep falcon
    """
)

#: Last parts of decorators of web routes.
ROUTES = words("route get post put delete patch websocket api_route")

#: Last parts of decorators that hand the decorated function to something that will call it.
REGISTERING = ROUTES | words(
    """
    on_event exception_handler middleware command group callback task flow op asset job step
    pipeline component dag schedule sensor event listens_for register errorhandler before_request
    after_request cli node hookimpl cron_schedule scheduled_job periodic_task shared_task remote
    expose endpoint api service batch deployment ingress function cloud_event http
    """
)

#: Bases that call nothing of what their subclasses define.
PLAIN_BASES = words(
    """
    abc.ABC enum.Enum enum.StrEnum enum.IntEnum typing.NamedTuple typing.Protocol typing.Generic
    typing.TypedDict pydantic.BaseModel pydantic_settings.BaseSettings
    """
)
