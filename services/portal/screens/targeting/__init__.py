"""The clients of a campaign."""

from fastapi import APIRouter

routers: tuple[APIRouter, ...] = ()
