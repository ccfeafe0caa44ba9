"""Read the form of a deploy and find all that is wrong with it, before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any, Final, TypeVar

from werkzeug.datastructures import FileStorage, MultiDict

from tiny_api.grammar import NAME_RULE, ROLE_RULE, VERSION_RULE, is_name, is_role, is_version
from tiny_api.metadata import FieldError, read_metadata
from tiny_api.settings import RegistrySettings

_Part = TypeVar("_Part")

TEXT_FIELDS: Final = ("name", "contractVersion", "version", "metadata")


@dataclass(frozen=True, slots=True)
class Upload:
    """A deploy as asked for; `version` is the release id if the deploy names one."""

    name: str
    contract_version: str
    version: str | None
    metadata: dict[str, Any]
    bundles: dict[str, bytes]


class UploadInvalidError(Exception):
    """The form cannot be deployed; `errors` says all that is wrong with it."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(error.problem for error in errors))
        self.errors = errors


class UploadTooLargeError(Exception):
    """One file of the form is over `limit_bytes`."""

    def __init__(self, field: str, limit_bytes: int) -> None:
        super().__init__(f"{field} is larger than {limit_bytes} bytes")
        self.field = field
        self.limit_bytes = limit_bytes


def read_upload(
    form: MultiDict[str, str], files: MultiDict[str, FileStorage], settings: RegistrySettings
) -> Upload:
    """Check names, versions, metadata and files.

    Raises `UploadTooLargeError` for the first file over the limit, then `UploadInvalidError`.
    """
    errors: list[FieldError] = []
    form, files = _named(form, errors), _named(files, errors)
    _check_fields(form, files, settings, errors)
    bundles = _read_files(files, settings, errors)
    name = _checked(form, "name", NAME_RULE, errors) if "name" in form else ""
    contract_version = (
        _checked(form, "contractVersion", VERSION_RULE, errors) if "contractVersion" in form else ""
    )
    version = _checked(form, "version", VERSION_RULE, errors) if "version" in form else None
    metadata: dict[str, Any] = {}
    if "metadata" in form:
        metadata, wrong = read_metadata(
            form["metadata"],
            max_bytes=settings.max_metadata_bytes,
            max_depth=settings.max_metadata_depth,
        )
        errors.extend(wrong)
    written = metadata.get("version")
    if version is not None and written is not None and version != written:
        errors.append(
            FieldError(
                "version",
                f"version is {version!r} but metadata.version is {written!r}.",
                "Send one of them, or the same twice.",
            )
        )
    if errors:
        raise UploadInvalidError(errors)
    return Upload(name, contract_version, version or written, metadata, bundles)


def _named(parts: MultiDict[str, _Part], errors: list[FieldError]) -> MultiDict[str, _Part]:
    # A part of a form may come without a name; the parser then says None.
    named = MultiDict((key, part) for key, part in parts.items(multi=True) if key is not None)
    if len(named) < len(parts):
        errors.append(FieldError("", "A part of the form has no name.", "Give it a name."))
    return named


def _check_fields(
    form: MultiDict[str, str],
    files: MultiDict[str, FileStorage],
    settings: RegistrySettings,
    errors: list[FieldError],
) -> None:
    errors.extend(
        FieldError(field, f"{field} is missing.", "Send it as a form field.")
        for field in ("name", "contractVersion")
        if field not in form
    )
    if "umdBundle" not in files and "umdBundle" not in form:
        errors.append(
            FieldError("umdBundle", "umdBundle is missing.", "Send the UMD build as a file.")
        )
    for field in form:
        if is_role(field):
            problem, remedy = "was sent as text", "Send it as a file, with a file name."
        elif field not in TEXT_FIELDS:
            problem = "is not a field of a deploy"
            remedy = f"Send {', '.join(TEXT_FIELDS)} and bundles, each named {ROLE_RULE}."
        elif len(form.getlist(field)) > 1:
            problem, remedy = "was sent more than once", "Send it once."
        else:
            continue
        errors.append(_field_error(field, problem, remedy))
    for field in files:
        if not is_role(field):
            remedy = f"Name it {ROLE_RULE}."
            errors.append(_field_error(field, "is not the name of a bundle", remedy))
        elif len(files.getlist(field)) > 1:
            errors.append(_field_error(field, "was sent more than once", "Send it once."))
    if len(files) > settings.max_bundles_per_release:
        limit = settings.max_bundles_per_release
        errors.append(
            FieldError("bundles", f"There are {len(files)} files.", f"Send at most {limit}.")
        )


def _read_files(
    files: MultiDict[str, FileStorage], settings: RegistrySettings, errors: list[FieldError]
) -> dict[str, bytes]:
    bundles: dict[str, bytes] = {}
    for field, file in files.items(multi=True):
        body = _read_limited(file.stream, field, settings.max_bundle_bytes)
        bundles[field] = body
        if not body.strip():
            errors.append(_field_error(field, "is empty", "Build the project, then deploy again."))
            continue
        try:
            body.decode()
        except UnicodeDecodeError as error:
            problem = f"is not UTF-8 text: byte {error.start} is wrong"
            errors.append(_field_error(field, problem, "Send JavaScript or CSS, not compressed."))
    return bundles


def _read_limited(stream: IO[bytes], field: str, limit_bytes: int) -> bytes:
    body = stream.read(limit_bytes + 1)
    if len(body) > limit_bytes:
        raise UploadTooLargeError(field[:64], limit_bytes)
    return body


def _checked(form: MultiDict[str, str], field: str, rule: str, errors: list[FieldError]) -> str:
    text = form[field]
    if not (is_name(text) if field == "name" else is_version(text)):
        errors.append(FieldError(field, f"{field} is {text[:80]!r}.", f"It must be {rule}."))
    return text


def _field_error(field: str, problem: str, remedy: str) -> FieldError:
    return FieldError(field[:64], f"{field[:64]} {problem}.", remedy)
