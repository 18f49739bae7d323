"""What Kustomize makes of our folders, as far as they use it: resources, prefix, namespace, labels, images, patches.

Where `kustomize` is installed, a test holds this against it.
"""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from re import fullmatch
from typing import Any

import yaml

Object = dict[str, Any]

PODS = ("Deployment", "Job")


def built(folder: Path) -> list[Object]:
    """The objects of a kustomization, in no particular order."""
    said = yaml.safe_load((folder / "kustomization.yaml").read_text())
    objects = [deepcopy(it) for resource in said["resources"] for it in _read(folder / resource)]
    for patch in said.get("patches", ()):
        _patch(objects, patch)
    for given in said.get("labels", ()):
        _label(objects, given)
    for image in said.get("images", ()):
        _choose(objects, image)
    _rename(objects, said.get("namePrefix", ""))
    for it in objects:
        if "namespace" in said and it["kind"] != "Namespace":
            it["metadata"]["namespace"] = said["namespace"]
    return objects


def containers(it: Object) -> list[Object]:
    found: list[Object] = it["spec"]["template"]["spec"]["containers"] if it["kind"] in PODS else []
    return found


def _read(resource: Path) -> Iterator[Object]:
    if resource.is_dir():
        yield from built(resource)
    else:
        yield from yaml.safe_load_all(resource.read_text())


def _patch(objects: list[Object], patch: dict[str, Any]) -> None:
    target = patch["target"]
    matching = [
        it
        for it in objects
        if fullmatch(target["kind"], it["kind"]) and fullmatch(target.get("name", ".*"), it["metadata"]["name"])
    ]
    assert matching, f"nothing is patched by {patch}"
    for it in matching:
        for step in yaml.safe_load(patch["patch"]):
            *way, last = [int(key) if key.isdecimal() else key for key in step["path"].strip("/").split("/")]
            place: Any = it
            for key in way:
                place = place[key]
            if step["op"] == "add" and last == "-":
                place.append(step["value"])
            else:
                assert step["op"] == "replace", step
                assert place[last] is not None, step
                place[last] = step["value"]


def _label(objects: list[Object], given: dict[str, Any]) -> None:
    selects = given.get("includeSelectors", False)
    for it in objects:
        _under(it, "metadata", "labels").update(given["pairs"])
        if it["kind"] in PODS and (selects or given.get("includeTemplates")):
            _under(it["spec"]["template"], "metadata", "labels").update(given["pairs"])
        if selects and it["kind"] in ("Deployment", "PodDisruptionBudget"):
            it["spec"]["selector"]["matchLabels"].update(given["pairs"])
        if selects and it["kind"] == "Service":
            it["spec"]["selector"].update(given["pairs"])


def _under(place: Object, *keys: str) -> Object:
    for key in keys:
        place = place.setdefault(key, {})
    return place


def _choose(objects: list[Object], image: dict[str, str]) -> None:
    for container in (container for it in objects for container in containers(it)):
        name, _, tag = container["image"].partition(":")
        if name == image["name"]:
            container["image"] = f"{image.get('newName', name)}:{image.get('newTag', tag)}"


def _rename(objects: list[Object], prefix: str) -> None:
    for it in objects:
        it["metadata"]["name"] = prefix + it["metadata"]["name"]
        if it["kind"] == "HorizontalPodAutoscaler":
            it["spec"]["scaleTargetRef"]["name"] = prefix + it["spec"]["scaleTargetRef"]["name"]
